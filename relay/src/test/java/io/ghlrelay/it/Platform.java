package io.ghlrelay.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Signs and posts events as the platform does, with a key of its own. Thread-safe. */
final class Platform {
  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

  private final KeyPair keys;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Platform() {
    try {
      this.keys = KeyPairGenerator.getInstance("Ed25519", PROVIDER).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the public key as PEM. */
  void writeKey(Path file) throws java.io.IOException {
    String base64 = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    Files.writeString(
        file, "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
  }

  String sign(byte[] body) {
    try {
      Signature signature = Signature.getInstance("Ed25519", PROVIDER);
      signature.initSign(keys.getPrivate());
      signature.update(body);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
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
