package io.ghlrelay.store;

import java.util.Locale;
import java.util.Optional;

/**
 * Where a delivery stands. Legal transitions: PENDING to DELIVERED (2xx), PENDING to DEAD (the
 * retry policy stopped), any to PENDING (replay), PENDING to CANCELLED (by the operator).
 */
public enum DeliveryState {
  PENDING,
  DELIVERED,
  DEAD,
  CANCELLED;

  /** The name used in the API and metrics: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state with this {@link #id()}, or empty. */
  public static Optional<DeliveryState> ofId(String id) {
    for (DeliveryState state : values()) {
      if (state.id().equals(id)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
