package io.ghlrelay.platform;

/** The verdict on a request's signature. Immutable. */
public sealed interface Verification {

  /**
   * Genuine.
   *
   * @param scheme the scheme verified
   * @param keyId the {@link TrustedKey#id()} that fits
   */
  record Verified(SignatureScheme scheme, String keyId) implements Verification {}

  /** Not to be trusted. */
  record Refused(Reason reason) implements Verification {}

  /** Why a signature was refused; for metrics, logs and `verify`, never for the sender. */
  enum Reason {
    /** No signature header, or only {@code N/A}. */
    MISSING,
    /** Not the scheme's base64 form of the right length, or the header was sent twice. */
    MALFORMED,
    /** No key is configured for the scheme. */
    NO_KEY,
    /** It fits none of the scheme's keys. */
    WRONG
  }
}
