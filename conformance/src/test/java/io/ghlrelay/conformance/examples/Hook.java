package io.ghlrelay.conformance.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** A user's webhook handler on the JDK's HTTP server: verifies, then does its work. */
abstract class Hook implements AutoCloseable {
  private final HttpServer server;
  private final PublicKey key;

  Hook(String publicKeyPem) throws IOException, GeneralSecurityException {
    String base64 = publicKeyPem.replaceAll("-----[A-Z ]+-----|\\s", "");
    key =
        KeyFactory.getInstance("Ed25519")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String signature = exchange.getRequestHeaders().getFirst("X-GHL-Signature");
            exchange.sendResponseHeaders(handle(body, signature), -1);
          }
        });
    server.start();
  }

  /** Gives the status. */
  abstract int handle(byte[] body, String signature) throws IOException;

  boolean genuine(byte[] signed, String signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(signed);
      return signature != null && verifier.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // a forged signature may not even have the form of one
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
