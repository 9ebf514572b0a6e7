package io.ghlrelay.conformance.schedule;

import java.util.Locale;

/** Why an attempt got no usable answer. */
public enum TransportError {
  /** No answer in time. */
  TIMEOUT,
  /** The host name did not resolve. */
  DNS,
  /** No connection: refused, unreachable, or not in time. */
  CONNECT,
  /** The TLS handshake failed, or the certificate was not trusted. */
  TLS,
  /** The connection broke before an answer. */
  RESET,
  /** The answer was not HTTP. */
  PROTOCOL;

  /** Its name in reports and vectors. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
