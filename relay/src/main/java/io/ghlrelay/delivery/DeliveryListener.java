package io.ghlrelay.delivery;

import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;

/** Looks on at deliveries: for the console's live stream. */
@FunctionalInterface
public interface DeliveryListener {
  /** Looks at nothing. */
  DeliveryListener NONE = (event, after, attempt) -> {};

  /**
   * An attempt has ended and its outcome is in the store. Called on the dispatcher's loop, so must
   * be quick and must not throw.
   *
   * @param event whose delivery it is
   * @param after the delivery as it is now
   * @param attempt the attempt
   */
  void attempted(Event event, Delivery after, Attempt attempt);
}
