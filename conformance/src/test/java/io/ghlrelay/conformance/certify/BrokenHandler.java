package io.ghlrelay.conformance.certify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** A handler that does everything right, but for the defects planted in it. */
final class BrokenHandler implements AutoCloseable {
  enum Defect {
    NO_VERIFICATION,
    RESERIALISES,
    FALLS_BACK,
    LIMITS_AGE,
    FRAGILE,
    REFUSES_DUPLICATES,
    ONE_AT_A_TIME,
    SMALL_LIMIT,
    LEGACY_ONLY
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SigningKeys keys;
  private final Set<Defect> defects;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final ReentrantLock work = new ReentrantLock();

  BrokenHandler(SigningKeys keys, Set<Defect> defects) throws IOException {
    this.keys = keys;
    this.defects = defects;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/hook", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private boolean has(Defect defect) {
    return defects.contains(defect);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status(exchange), -1);
    }
  }

  private int status(HttpExchange exchange) throws IOException {
    int limit = has(Defect.SMALL_LIMIT) ? 100 * 1024 : 2 << 20;
    byte[] body = exchange.getRequestBody().readNBytes(limit + 1);
    if (body.length > limit) {
      return 413;
    }
    if (!has(Defect.NO_VERIFICATION) && !genuine(exchange, body)) {
      return 401;
    }
    if (has(Defect.ONE_AT_A_TIME)) {
      work.lock();
      try {
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      } finally {
        work.unlock();
      }
    }
    JsonNode event = event(body);
    if (has(Defect.FRAGILE)
        && !event
            .path("type")
            .asText()
            .matches(
                "(Contact|Opportunity|Invoice|Inbound|Order).*|"
                    + "AppointmentCreate|VoiceAiCallEnd")) {
      return 500;
    }
    if (has(Defect.LIMITS_AGE)
        && event.has("timestamp")
        && Instant.parse(event.path("timestamp").asText())
            .isBefore(Instant.now().minus(Duration.ofMinutes(5)))) {
      return 400;
    }
    boolean first = seen.add(event.path("webhookId").asText());
    return !first && has(Defect.REFUSES_DUPLICATES) ? 409 : 200;
  }

  private static JsonNode event(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  private boolean genuine(HttpExchange exchange, byte[] body) {
    String current = exchange.getRequestHeaders().getFirst(Scheme.ED25519.header());
    String legacy = exchange.getRequestHeaders().getFirst(Scheme.RSA_SHA256.header());
    byte[] signed = body;
    if (has(Defect.RESERIALISES)) {
      try {
        signed = JSON.writeValueAsString(JSON.readTree(body)).getBytes(StandardCharsets.UTF_8);
      } catch (IOException e) {
        return false;
      }
    }
    if (current != null && !current.equals("N/A") && !has(Defect.LEGACY_ONLY)) {
      return good(Scheme.ED25519, signed, current)
          || (has(Defect.FALLS_BACK) && good(Scheme.RSA_SHA256, signed, legacy));
    }
    return good(Scheme.RSA_SHA256, signed, legacy);
  }

  private boolean good(Scheme scheme, byte[] body, String signature) {
    try {
      Signature verifier =
          Signature.getInstance(scheme == Scheme.ED25519 ? "Ed25519" : "SHA256withRSA");
      verifier.initVerify(keys.publicKey(scheme));
      verifier.update(body);
      return signature != null && verifier.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
