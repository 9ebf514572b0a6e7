package io.ghlrelay.config;

import java.util.Arrays;
import java.util.List;

/** Versions of TLS that are spoken; older ones are not (RFC 8996). In ascending order. */
public enum TlsVersion {
  /** RFC 5246. */
  TLS_1_2("1.2", "TLSv1.2"),
  /** RFC 8446. */
  TLS_1_3("1.3", "TLSv1.3");

  private final String text;
  private final String protocol;

  TlsVersion(String text, String protocol) {
    this.text = text;
    this.protocol = protocol;
  }

  /** As the configuration has it, for example {@code 1.2}. */
  public String text() {
    return text;
  }

  /** Reads {@link #text}; throws IllegalArgumentException with what was expected. */
  static TlsVersion parse(String text) {
    return Arrays.stream(values())
        .filter(version -> version.text.equals(text))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("'" + text + "' (expected: \"1.2\" or \"1.3\")"));
  }

  /** The names, as Java knows them, of this version and all later ones. */
  public List<String> protocolsFrom() {
    return Arrays.stream(values())
        .filter(version -> version.compareTo(this) >= 0)
        .map(version -> version.protocol)
        .toList();
  }
}
