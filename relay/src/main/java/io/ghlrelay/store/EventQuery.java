package io.ghlrelay.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events to list, newest first. Every filter may be null = any. Immutable.
 *
 * @param locationId exact location id
 * @param companyId exact company id, as the event names it
 * @param appId exact app id
 * @param type event type; {@code *} stands for any run of characters
 * @param webhookId exact webhook id
 * @param anyId exact id of the event, of its webhook or of its location
 * @param target only events with a delivery to this target
 * @param state only events with a delivery in this state (to {@code target}, if given)
 * @param unrouted true = only events that no route took
 * @param from received at or after
 * @param to received before
 * @param cursor only events older than this one (exclusive); continues a listing
 * @param limit most events to return, 1..1000
 */
public record EventQuery(
    @Nullable String locationId,
    @Nullable String companyId,
    @Nullable String appId,
    @Nullable String type,
    @Nullable String webhookId,
    @Nullable String anyId,
    @Nullable String target,
    @Nullable DeliveryState state,
    boolean unrouted,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable EventId cursor,
    int limit) {

  /** Everything, newest first. */
  public static EventQuery newest(int limit) {
    return new EventQuery(
        null, null, null, null, null, null, null, null, false, null, null, null, limit);
  }

  /** The same filters, continued after {@code cursor}. */
  public EventQuery after(EventId cursor) {
    return new EventQuery(
        locationId,
        companyId,
        appId,
        type,
        webhookId,
        anyId,
        target,
        state,
        unrouted,
        from,
        to,
        cursor,
        limit);
  }

  /** The same filters with another limit. */
  public EventQuery withLimit(int most) {
    return new EventQuery(
        locationId,
        companyId,
        appId,
        type,
        webhookId,
        anyId,
        target,
        state,
        unrouted,
        from,
        to,
        cursor,
        most);
  }
}
