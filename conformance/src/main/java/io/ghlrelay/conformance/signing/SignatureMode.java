package io.ghlrelay.conformance.signing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which signature headers an event carries. */
public enum SignatureMode {
  /** {@code X-GHL-Signature} only: what the platform sends now. */
  ED25519,
  /** {@code X-WH-Signature} only: what it sent before. */
  RSA,
  /** Both, as during the change from one to the other. */
  BOTH,
  /** {@code X-GHL-Signature: N/A}, which means none, and a good legacy signature. */
  NOT_AVAILABLE,
  /** No signature header. */
  NONE,
  /** {@code X-GHL-Signature} of the right form, made with a key that nobody trusts. */
  FORGED;

  /** Its name on the command line. */
  public String id() {
    return this == NOT_AVAILABLE ? "n/a" : name().toLowerCase(Locale.ROOT);
  }

  /**
   * The mode of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SignatureMode parse(String id) {
    return Arrays.stream(values())
        .filter(mode -> mode.id().equalsIgnoreCase(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "signature: "
                        + id
                        + " (expected: one of "
                        + Arrays.stream(values())
                            .map(SignatureMode::id)
                            .collect(Collectors.joining(", "))
                        + ")"));
  }
}
