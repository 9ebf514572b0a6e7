package io.ghlrelay.retry;

import java.util.Locale;

/** Why an attempt got no usable answer. */
public enum TransportError {
  /** No complete answer within the target's timeout; treated as status 408. */
  TIMEOUT,
  /** The host name did not resolve; treated as status 503. */
  DNS,
  /** No connection: refused, unreachable, or not established in time; treated as status 503. */
  CONNECT,
  /** The TLS handshake failed, or the certificate was not trusted; treated as status 503. */
  TLS,
  /** The connection broke before an answer; treated as status 503. */
  RESET,
  /** The answer was not HTTP; treated as status 503. */
  PROTOCOL;

  /** The status that the retry rules treat this error as: 408 or 503. */
  public int treatedAsStatus() {
    return this == TIMEOUT ? 408 : 503;
  }

  /** The name used in the API, metrics and vectors: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
