package io.ghlrelay.store;

import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.RetryProgress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event for one target. Immutable.
 *
 * @param eventId the event
 * @param target the target's name
 * @param route the route that chose the target
 * @param state where it stands
 * @param series which series of attempts this is: 1, and one more for each replay
 * @param progress how far the series has come
 * @param due when the next attempt is due, microsecond precision; not null exactly when PENDING
 * @param deadReason not null exactly when DEAD
 * @param updatedAt when the state last changed
 */
public record Delivery(
    EventId eventId,
    String target,
    String route,
    DeliveryState state,
    int series,
    RetryProgress progress,
    @Nullable Instant due,
    @Nullable DeadReason deadReason,
    Instant updatedAt) {
  public Delivery {
    due = due == null ? null : due.truncatedTo(ChronoUnit.MICROS);
    if ((due != null) != (state == DeliveryState.PENDING)) {
      throw new IllegalArgumentException("due: " + due + " in state " + state);
    }
    if ((deadReason != null) != (state == DeliveryState.DEAD)) {
      throw new IllegalArgumentException("deadReason: " + deadReason + " in state " + state);
    }
  }

  /** The first delivery of an event to a target, due at once. */
  public static Delivery first(EventId eventId, String target, String route, Instant now) {
    return new Delivery(
        eventId, target, route, DeliveryState.PENDING, 1, RetryProgress.START, now, null, now);
  }

  /** The same delivery, which nothing is to become of any more. */
  public Delivery cancelled(Instant at) {
    return new Delivery(
        eventId, target, route, DeliveryState.CANCELLED, series, progress, null, null, at);
  }

  /** The same delivery made pending again: a new series of attempts. */
  public Delivery again(Instant dueAt) {
    return new Delivery(
        eventId,
        target,
        route,
        DeliveryState.PENDING,
        series + 1,
        RetryProgress.START,
        dueAt,
        null,
        dueAt);
  }
}
