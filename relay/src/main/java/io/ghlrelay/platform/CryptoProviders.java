package io.ghlrelay.platform;

/**
 * Which cryptographic provider computes each scheme, chosen once by a self-test (one valid and one
 * forged signature). Immutable, thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class CryptoProviders {
  private CryptoProviders() {}

  /** Chooses by self-test; takes some 100 ms once. */
  public static CryptoProviders choose() {
    throw new IllegalStateException("not yet written");
  }

  /** For the log and health: for example {@code ed25519=AmazonCorrettoCryptoProvider, ...}. */
  public String describe() {
    throw new IllegalStateException("not yet written");
  }
}
