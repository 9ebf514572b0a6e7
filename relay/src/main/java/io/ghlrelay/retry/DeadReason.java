package io.ghlrelay.retry;

import java.util.Locale;

/** Why a delivery stopped undelivered and became a dead letter. */
public enum DeadReason {
  /** Retries or their time span were used up. */
  EXHAUSTED,
  /** The target gave an answer that the policy does not retry. */
  REJECTED;

  /** The name used in the API, metrics and vectors: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
