package io.ghlrelay.delivery;

import java.util.Locale;

/** Where a target's circuit breaker stands. The ordinals are the values of its metric. */
public enum BreakerState {
  /** Attempts are made. */
  CLOSED,
  /** A few attempts try whether the target is back. */
  HALF_OPEN,
  /** No attempt is made. */
  OPEN;

  /** The name in the API. */
  public String id() {
    return this == HALF_OPEN ? "halfOpen" : name().toLowerCase(Locale.ROOT);
  }
}
