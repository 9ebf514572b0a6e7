package io.ghlrelay.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Where OAuth2 tokens are had: gives {@code t0k3n-1}, {@code t0k3n-2} and so on for an hour each.
 * Thread-safe.
 */
final class TokenEndpoint implements AutoCloseable {
  /** A request for a token. */
  record Asked(String authorization, String contentType, String form) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** The status of its answers; a redirect leads to {@link #location}. */
  volatile int status = 200;

  volatile String location = "";

  /** Blanks before what it says. */
  volatile int padding;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  TokenEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      asked.add(
          new Asked(header(exchange, "Authorization"), header(exchange, "Content-Type"), form));
      String body =
          status == 200
              ? "{\"access_token\":\"t0k3n-%d\",\"token_type\":\"Bearer\",\"expires_in\":3600}"
                  .formatted(asked.size())
              : "{\"error\":\"invalid_client\"}";
      byte[] bytes = (" ".repeat(padding) + body).getBytes(StandardCharsets.UTF_8);
      if (!location.isEmpty()) {
        exchange.getResponseHeaders().set("Location", location);
      }
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes); // fails where the relay has read enough
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
