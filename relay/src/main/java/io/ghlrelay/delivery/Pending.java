package io.ghlrelay.delivery;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pending delivery in a lane's window. Immutable.
 *
 * @param delivery as the store holds it
 * @param content the event and its body, if still in memory; else read when the attempt is due
 */
record Pending(Delivery delivery, @Nullable Content content) {

  /**
   * What an attempt sends.
   *
   * @param event the event
   * @param body its exact bytes
   */
  record Content(Event event, byte[] body) {}

  /** Its place in the target's due order. */
  DuePosition position() {
    return positionOf(delivery);
  }

  /** The place of a pending delivery in its target's due order. */
  static DuePosition positionOf(Delivery delivery) {
    return new DuePosition(
        Objects.requireNonNull(delivery.due(), "a pending delivery has a due instant"),
        delivery.eventId());
  }
}
