package io.ghlrelay.platform;

import java.util.Optional;

/**
 * The signature schemes of the platform, each with the header that carries it and its exact size.
 *
 * <p>Source: the platform's webhook guide; both schemes sign the raw body bytes and nothing else.
 */
public enum SignatureScheme {
  /** Pure Ed25519 in {@code X-GHL-Signature}: the current scheme. */
  ED25519("ed25519", "X-GHL-Signature", 64),
  /** RSA-4096, PKCS#1 v1.5, SHA-256 in {@code X-WH-Signature}: the legacy scheme. */
  RSA_SHA256("rsa-sha256", "X-WH-Signature", 512);

  private final String id;
  private final String header;
  private final int signatureBytes;

  SignatureScheme(String id, String header, int signatureBytes) {
    this.id = id;
    this.header = header;
    this.signatureBytes = signatureBytes;
  }

  /** The name used in configuration, headers, metrics and the API, for example {@code ed25519}. */
  public String id() {
    return id;
  }

  /** The request header that carries the signature. */
  public String header() {
    return header;
  }

  /** Length of a decoded signature in bytes. */
  public int signatureBytes() {
    return signatureBytes;
  }

  /** Length of the standard, padded base64 form in characters: 88 or 684. */
  public int base64Length() {
    return (signatureBytes + 2) / 3 * 4;
  }

  /** The scheme with this {@link #id()}, or empty. */
  public static Optional<SignatureScheme> ofId(String id) {
    for (SignatureScheme scheme : values()) {
      if (scheme.id.equals(id)) {
        return Optional.of(scheme);
      }
    }
    return Optional.empty();
  }
}
