package io.ghlrelay.platform;

import java.util.List;

/**
 * Verifies a body against the platform's signature headers. Thread-safe.
 *
 * <p>If {@code X-GHL-Signature} is present and not the literal {@code N/A}, only it counts: no
 * fall-back to the legacy header (the platform's rule).
 */
@SuppressWarnings("DoNotCallSuggester")
public final class SignatureVerifier {

  /**
   * Over the given keys.
   *
   * @param keys several per scheme are tried in order
   * @param providers who computes; chosen by a self-test
   */
  public SignatureVerifier(List<TrustedKey> keys, CryptoProviders providers) {
    throw new IllegalStateException("not yet written");
  }

  /**
   * Verifies.
   *
   * @param body the raw body bytes
   * @param ed25519 every value of {@code X-GHL-Signature}, in order
   * @param rsaSha256 every value of {@code X-WH-Signature}, in order
   */
  public Verification verify(byte[] body, List<String> ed25519, List<String> rsaSha256) {
    throw new IllegalStateException("not yet written");
  }
}
