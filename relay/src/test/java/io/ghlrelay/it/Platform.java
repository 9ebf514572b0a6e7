package io.ghlrelay.it;

import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Signs and posts single events, of any content, with a key of its own. Thread-safe. */
final class Platform {
  private final SigningKeys keys = SigningKeys.generate();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** Writes the public key as PEM. */
  void writeKey(Path file) throws java.io.IOException {
    Files.writeString(file, keys.publicPem(Scheme.ED25519));
  }

  /** For a simulator that plays the same platform. */
  SigningKeys keys() {
    return keys;
  }

  String sign(byte[] body) {
    return keys.sign(Scheme.ED25519, body);
  }

  /** A body with the fields the relay reads. */
  static String body(String webhookId, String type, String locationId) {
    return "{\"type\":\"%s\",\"locationId\":\"%s\",\"webhookId\":\"%s\",\"note\":\"é  \\u0041\"}"
        .formatted(type, locationId, webhookId);
  }

  HttpResponse<String> post(URI to, String body) throws java.io.IOException, InterruptedException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return post(to, bytes, sign(bytes));
  }

  HttpResponse<String> post(URI to, byte[] body, String signature)
      throws java.io.IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(to)
            .timeout(Duration.ofSeconds(15))
            .header("Content-Type", "application/json")
            .header("X-GHL-Signature", signature)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
