package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.store.Header;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs the hop to a target by Standard Webhooks 1.0.0: HMAC-SHA256 over {@code id.timestamp.body},
 * by the current secret and by those on their way out. Thread-safe.
 */
final class StandardWebhooksSigner {
  private static final String PREFIX = "whsec_";

  private StandardWebhooksSigner() {}

  /** The headers to add beside {@code webhook-id}, which the request carries already. */
  static List<Header> sign(TargetConfig.Signing signing, String id, Instant now, byte[] body) {
    long timestamp = now.getEpochSecond();
    StringBuilder signatures = new StringBuilder(signature(signing.secret(), id, timestamp, body));
    for (TargetConfig.Previous previous : signing.previous()) {
      if (now.isBefore(previous.until())) {
        signatures.append(' ').append(signature(previous.secret(), id, timestamp, body));
      }
    }
    return List.of(
        new Header("webhook-timestamp", Long.toString(timestamp)),
        new Header("webhook-signature", signatures.toString()));
  }

  private static String signature(Secret secret, String id, long timestamp, byte[] body) {
    String text = secret.reveal();
    String base64 = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(base64), "HmacSHA256"));
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      // Every Java platform must provide HmacSHA256, and any key length is allowed.
      throw new IllegalStateException("HmacSHA256 is missing from this Java runtime", e);
    }
  }
}
