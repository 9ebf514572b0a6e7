package io.ghlrelay.conformance.signing;

/** A signature scheme of the platform [platform's webhook guide: H]. */
public enum Scheme {
  /** Pure Ed25519 over the raw body, base64, in {@code X-GHL-Signature}. */
  ED25519("ed25519", "X-GHL-Signature", "Ed25519", 64),

  /** RSA-4096, PKCS#1 v1.5, SHA-256 over the raw body, base64, in {@code X-WH-Signature}. */
  RSA_SHA256("rsa-sha256", "X-WH-Signature", "SHA256withRSA", 512);

  private final String id;
  private final String header;
  private final String algorithm;
  private final int bytes;

  Scheme(String id, String header, String algorithm, int bytes) {
    this.id = id;
    this.header = header;
    this.algorithm = algorithm;
    this.bytes = bytes;
  }

  /** Its name in configuration and reports. */
  public String id() {
    return id;
  }

  /** The header that carries it. */
  public String header() {
    return header;
  }

  /** Its name in the JCA. */
  String algorithm() {
    return algorithm;
  }

  /** Length of a signature in bytes, before base64. */
  public int signatureBytes() {
    return bytes;
  }
}
