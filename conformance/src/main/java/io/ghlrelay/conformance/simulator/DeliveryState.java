package io.ghlrelay.conformance.simulator;

import java.util.Locale;

/** Where a delivery stands. */
public enum DeliveryState {
  /** An attempt is due or under way. */
  PENDING,
  /** The endpoint took it. */
  DELIVERED,
  /** The platform has given it up. */
  DEAD;

  /** Its name in reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
