package io.ghlrelay.store;

import java.util.List;

/** What became of an {@link Admission}; by the time one is seen, it is durable. Immutable. */
public sealed interface Admitted {

  /**
   * A new event.
   *
   * @param event as stored, with its conflict flag
   * @param deliveries its pending deliveries, due at once
   */
  record Stored(Event event, List<Delivery> deliveries) implements Admitted {}

  /**
   * The same event came before.
   *
   * @param first the id given to it then
   */
  record Duplicate(EventId first) implements Admitted {}
}
