package io.ghlrelay.store;

import io.ghlrelay.platform.Envelope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * By what duplicates are known: webhook id and app, or the body where there is no webhook id; and
 * which body it was. Hashes cut to 128 bits (64 for the app, which only tells a handful of apps
 * apart); nobody can choose them without the platform's private key. Immutable.
 *
 * @param lookup hash of the webhook id, or of the body
 * @param app hash of the app id; zeros where there is none
 * @param body hash of the body
 */
public record DuplicateKey(byte[] lookup, byte[] app, byte[] body) {
  /** Length of {@link #lookup} and {@link #body}. */
  public static final int HASH_BYTES = 16;

  /** Length of {@link #app}. */
  public static final int APP_BYTES = 8;

  /** The key of an admission. */
  public static DuplicateKey of(Admission admission) {
    return of(admission.event().envelope(), admission.body());
  }

  /** The key of an event by its envelope and exact body. */
  public static DuplicateKey of(Envelope envelope, byte[] bytes) {
    byte[] body = hash('b', bytes);
    String webhookId = envelope.webhookId();
    String appId = envelope.appId();
    return new DuplicateKey(
        webhookId == null ? body : ofWebhookId(webhookId),
        appId == null ? new byte[APP_BYTES] : Arrays.copyOf(hash('a', utf8(appId)), APP_BYTES),
        body);
  }

  /** The {@link #lookup} hash of a webhook id. */
  public static byte[] ofWebhookId(String webhookId) {
    return hash('w', utf8(webhookId));
  }

  /**
   * An id made of the key alone, for an event that is not stored: every sending of the event has
   * it, and no other event does.
   */
  public EventId eventId() {
    byte[] all = Arrays.copyOf(lookup, 2 * HASH_BYTES + APP_BYTES);
    System.arraycopy(app, 0, all, HASH_BYTES, APP_BYTES);
    System.arraycopy(body, 0, all, HASH_BYTES + APP_BYTES, HASH_BYTES);
    return EventId.named(hash('e', all));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The domain byte keeps a body from posing as a webhook id. */
  private static byte[] hash(char domain, byte[] bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update((byte) domain);
      return Arrays.copyOf(sha256.digest(bytes), HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DuplicateKey key
        && Arrays.equals(lookup, key.lookup)
        && Arrays.equals(app, key.app)
        && Arrays.equals(body, key.body);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lookup);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(lookup);
  }
}
