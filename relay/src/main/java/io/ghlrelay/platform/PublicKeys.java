package io.ghlrelay.platform;

/** Reads public keys as people have them, and knows the platform's own. */
@SuppressWarnings("DoNotCallSuggester")
public final class PublicKeys {
  private PublicKeys() {}

  /** The platform's published key of a scheme, with id {@code ghl}. */
  public static TrustedKey published(SignatureScheme scheme) {
    throw new IllegalStateException("not yet written");
  }

  /**
   * Reads PEM, base64 SPKI (one line or many), or for Ed25519 also 32 raw bytes as base64 or hex;
   * accepts literal {@code \n} and surrounding quotes.
   *
   * @throws IllegalArgumentException if it is no such key, with what was wrong
   */
  public static TrustedKey parse(SignatureScheme scheme, byte[] text) {
    throw new IllegalStateException("not yet written");
  }
}
