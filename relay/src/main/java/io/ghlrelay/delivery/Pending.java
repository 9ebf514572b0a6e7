package io.ghlrelay.delivery;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pending delivery in a lane's window. Immutable.
 *
 * @param delivery as the store holds it
 * @param content the event and its body, if still in memory; else read when the attempt is due
 * @param freedAt when it no longer had to wait for an earlier one of its key; null if it did not
 */
record Pending(Delivery delivery, @Nullable Content content, @Nullable Instant freedAt) {

  /** A delivery that waits for no other. */
  Pending(Delivery delivery, @Nullable Content content) {
    this(delivery, content, null);
  }

  /** The same, to be read again when it is due. */
  Pending withoutContent() {
    return new Pending(delivery, null, freedAt);
  }

  /** The same, freed. */
  Pending freed(Instant at) {
    return new Pending(delivery, content, at);
  }

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
