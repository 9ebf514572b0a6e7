package io.ghlrelay.it;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A target behind TLS that takes everything and notes with whom it spoke. Thread-safe. */
final class HttpsTarget implements AutoCloseable {
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Subjects of the clients' certificates, "nobody" for none, in the order of the requests. */
  final List<String> clients = new CopyOnWriteArrayList<>();

  /** Names that were asked for by SNI. */
  final List<String> serverNames = new CopyOnWriteArrayList<>();

  private HttpsTarget(HttpsServer server) {
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param context its certificate, and whose clients it trusts
   * @param needsClient whether it wants a client's certificate
   * @param protocols of TLS that it speaks
   */
  static HttpsTarget start(SSLContext context, boolean needsClient, String... protocols)
      throws IOException {
    HttpsTarget target =
        new HttpsTarget(
            HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    target.server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(needsClient);
            wanted.setProtocols(protocols);
            parameters.setSSLParameters(wanted);
          }
        });
    target.server.createContext("/", exchange -> target.answer((HttpsExchange) exchange));
    target.server.setExecutor(target.threads);
    target.server.start();
    return target;
  }

  private void answer(HttpsExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      clients.add(client(exchange));
      if (exchange.getSSLSession() instanceof ExtendedSSLSession session) {
        session.getRequestedServerNames().forEach(name -> serverNames.add(name.toString()));
      }
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private static String client(HttpsExchange exchange) {
    try {
      return exchange.getSSLSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "nobody";
    }
  }

  URI url() {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/hooks");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
