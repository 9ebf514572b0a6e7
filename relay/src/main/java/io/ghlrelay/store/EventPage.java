package io.ghlrelay.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing. Immutable.
 *
 * @param events newest first, each with its deliveries; may be fewer than the limit, even none,
 *     although more follow (a page examines a bounded number of events)
 * @param next pass as {@link EventQuery#cursor()} to continue; null = the end
 */
public record EventPage(List<Item> events, @Nullable EventId next) {
  public EventPage {
    events = List.copyOf(events);
  }

  /**
   * An event and its deliveries.
   *
   * @param event the event
   * @param deliveries one a target; empty = unrouted
   */
  public record Item(Event event, List<Delivery> deliveries) {
    public Item {
      deliveries = List.copyOf(deliveries);
    }
  }
}
