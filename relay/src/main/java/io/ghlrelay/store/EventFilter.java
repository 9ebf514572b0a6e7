package io.ghlrelay.store;

import io.ghlrelay.routing.Wildcard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@link EventQuery}'s filters, ready to ask; every store filters by it. Immutable. */
public final class EventFilter {
  private final EventQuery query;
  private final @Nullable Wildcard type;

  /** The filters of a query. */
  public EventFilter(EventQuery query) {
    this.query = query;
    this.type = query.type() == null ? null : new Wildcard(query.type());
  }

  /** Whether the event itself fits. */
  public boolean fits(Event event) {
    return equal(query.locationId(), event.envelope().locationId())
        && equal(query.companyId(), event.envelope().companyId())
        && equal(query.appId(), event.envelope().appId())
        && (query.anyId() == null || isId(query.anyId(), event))
        && equal(query.webhookId(), event.envelope().webhookId())
        && (type == null
            || (event.envelope().type() != null && type.matches(event.envelope().type())))
        && (query.from() == null || !event.receivedAt().isBefore(query.from()))
        && (query.to() == null || event.receivedAt().isBefore(query.to()));
  }

  /** Whether its deliveries fit. */
  public boolean fits(List<Delivery> deliveries) {
    if (query.unrouted()) {
      return deliveries.isEmpty();
    }
    return (query.target() == null && query.state() == null)
        || deliveries.stream().anyMatch(this::fits);
  }

  private boolean fits(Delivery delivery) {
    return (query.target() == null || query.target().equals(delivery.target()))
        && (query.state() == null || query.state() == delivery.state());
  }

  private static boolean isId(String id, Event event) {
    return id.equals(event.envelope().webhookId())
        || id.equals(event.envelope().locationId())
        || id.equals(event.id().toString());
  }

  private static boolean equal(@Nullable String wanted, @Nullable String actual) {
    return wanted == null || wanted.equals(actual);
  }
}
