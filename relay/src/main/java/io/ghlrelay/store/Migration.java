package io.ghlrelay.store;

import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves all that one store holds into another, empty one, of whatever kind: each event is admitted
 * again with its own id, and what happened to its deliveries happens once more, attempt by attempt.
 * So the other store decides for itself what it needs to keep, and no store need know another.
 *
 * <p>Not moved: the duplicate keys of events that are no longer held, since keys are hashes.
 * Neither store may be in use by anybody else. Not thread-safe.
 */
public final class Migration {
  /** Events on their way at once: enough to fill group commits, little memory. */
  private static final int WINDOW = 256;

  private static final int PAGE = 1000;

  private final EventStore from;
  private final EventStore to;
  private final LongConsumer progress;

  /**
   * What was moved. Immutable.
   *
   * @param events events
   * @param deliveries deliveries, whatever became of them
   * @param attempts attempts
   * @param pending deliveries that are pending
   * @param different events that the other store does not hold as this one does, at most {@link
   *     #SHOWN}; empty = all is well
   */
  public record Result(
      long events, long deliveries, long attempts, long pending, List<EventId> different) {
    /** Differences told of at most. */
    public static final int SHOWN = 20;
  }

  /**
   * A migration, not yet begun.
   *
   * @param progress told how many events have been moved, and later, as a negative number, how many
   *     have been compared
   */
  public Migration(EventStore from, EventStore to, LongConsumer progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /**
   * Moves everything, then compares every event in both stores.
   *
   * @throws StoreUnavailableException if a store fails, or the other one is not empty; it is then
   *     to be emptied before the next try
   */
  public Result run() {
    if (!to.find(EventQuery.newest(1)).events().isEmpty()) {
      throw new StoreUnavailableException(
          "the store to move to is not empty: give it an empty folder or database", null);
    }
    EventIdList ids = ids();
    from.learntCompanies().forEach(to::learnCompany);
    // Oldest first, so that conflicts fall to the same events.
    for (long end = ids.size(); end > 0; end -= WINDOW) {
      move(ids, Math.max(0, end - WINDOW), end);
      progress.accept(ids.size() - Math.max(0, end - WINDOW));
    }
    from.pausedTargets().forEach(target -> to.setPaused(target, true));
    return compare(ids);
  }

  /** All of them, newest first. */
  private EventIdList ids() {
    EventIdList ids = new EventIdList();
    EventQuery query = EventQuery.newest(PAGE);
    while (true) {
      EventPage page = from.find(query);
      page.events().forEach(item -> ids.add(item.event().id()));
      EventId next = page.next();
      if (next == null) {
        return ids;
      }
      query = query.after(next);
    }
  }

  private void move(EventIdList ids, long first, long end) {
    List<CompletableFuture<?>> moved = new ArrayList<>();
    List<EventId> window = new ArrayList<>();
    for (long i = end - 1; i >= first; i--) {
      window.add(ids.get(i));
    }
    List<CompletableFuture<Admitted>> admitted = new ArrayList<>();
    for (EventId id : window) {
      admitted.add(admit(id));
    }
    admitted.forEach(Migration::await);
    for (EventId id : window) {
      for (Delivery delivery : from.deliveries(id)) {
        moved.add(retrace(delivery, from.attempts(id, delivery.target())));
      }
    }
    moved.forEach(Migration::await);
  }

  private static <T> T await(CompletableFuture<T> stage) {
    try {
      return stage.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreUnavailableException unavailable) {
        throw unavailable;
      }
      throw e;
    }
  }

  private CompletableFuture<Admitted> admit(EventId id) {
    Event event = from.event(id).orElseThrow(() -> gone(id));
    byte[] body = from.body(id).orElseThrow(() -> gone(id));
    List<RoutedTarget> targets =
        from.deliveries(id).stream()
            .filter(delivery -> !waitsForItsFirstReplay(delivery, event))
            .map(delivery -> new RoutedTarget(delivery.target(), delivery.route()))
            .toList();
    return to.admit(new Admission(event, body, targets, null)).toCompletableFuture();
  }

  /** A first delivery that a replay made, and that was not yet attempted. */
  private static boolean waitsForItsFirstReplay(Delivery delivery, Event event) {
    return delivery.series() == 1
        && delivery.progress().attempts() == 0
        && delivery.due() != null
        && !delivery.due().equals(event.receivedAt());
  }

  private static StoreUnavailableException gone(EventId id) {
    return new StoreUnavailableException(
        "event " + id + " is gone: is the store to move from in use?", null);
  }

  /** Has happen to a delivery, just admitted, what its attempts say. */
  private CompletableFuture<?> retrace(Delivery last, List<Attempt> attempts) {
    EventId id = last.eventId();
    CompletableFuture<?> steps = CompletableFuture.completedFuture(null);
    Delivery now =
        Delivery.first(
            id,
            last.target(),
            last.route(),
            from.event(id).orElseThrow(() -> gone(id)).receivedAt());
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      while (now.series() < attempt.series()) {
        steps = steps.thenCompose(done -> replay(last, attempt.dueAt()));
        now = now.again(attempt.dueAt());
      }
      boolean ends = i + 1 == attempts.size() || attempts.get(i + 1).series() > attempt.series();
      Delivery before = now;
      Delivery after =
          attempt.series() == last.series() && attempt.number() == last.progress().attempts()
              ? last
              : after(last, now, attempt, ends ? null : attempts.get(i + 1).dueAt());
      steps = steps.thenCompose(done -> to.record(before, after, attempt)).thenAccept(this::taken);
      now = after;
    }
    if (attempts.isEmpty() && last.series() == 1 && last.due() != null && !last.equals(now)) {
      return steps.thenCompose(done -> replay(last, Objects.requireNonNull(last.due())));
    }
    if (now.series() < last.series()) {
      Instant due = Objects.requireNonNull(last.due(), "a series that ended without an attempt");
      steps = steps.thenCompose(done -> replay(last, due));
    }
    return steps;
  }

  private CompletableFuture<?> replay(Delivery delivery, Instant due) {
    return to.replay(
            delivery.eventId(), List.of(new RoutedTarget(delivery.target(), delivery.route())), due)
        .toCompletableFuture();
  }

  private void taken(boolean taken) {
    if (!taken) {
      throw new StoreUnavailableException(
          "the store to move to is in use by somebody else: begin again with an empty one", null);
    }
  }

  /** After an attempt that was not the last: only its place in the course is known, and counts. */
  private static Delivery after(
      Delivery last, Delivery before, Attempt attempt, @Nullable Instant next) {
    RetryProgress progress =
        new RetryProgress(
            attempt.number(),
            last.series() == attempt.series() ? last.progress().firstFailureEnd() : null,
            last.series() == attempt.series() ? last.progress().jitter() : null,
            Duration.ZERO);
    return new Delivery(
        before.eventId(),
        before.target(),
        before.route(),
        next == null ? DeliveryState.DEAD : DeliveryState.PENDING,
        before.series(),
        progress,
        next,
        next == null ? DeadReason.EXHAUSTED : null,
        attempt.startedAt().plus(attempt.latency()));
  }

  private Result compare(EventIdList ids) {
    long deliveries = 0;
    long attempts = 0;
    long pending = 0;
    List<EventId> different = new ArrayList<>();
    for (long i = 0; i < ids.size(); i++) {
      EventId id = ids.get(i);
      List<Delivery> own = from.deliveries(id);
      boolean same =
          own.equals(to.deliveries(id))
              && Arrays.equals(from.body(id).orElse(null), to.body(id).orElse(null))
              && from.event(id).map(Event::conflict).equals(to.event(id).map(Event::conflict));
      for (Delivery delivery : own) {
        List<Attempt> made = from.attempts(id, delivery.target());
        same &= text(made).equals(text(to.attempts(id, delivery.target())));
        deliveries++;
        attempts += made.size();
        pending += delivery.state() == DeliveryState.PENDING ? 1 : 0;
      }
      if (!same && different.size() < Result.SHOWN) {
        different.add(id);
      }
      if ((i + 1) % PAGE == 0) {
        progress.accept(-(i + 1));
      }
    }
    return new Result(ids.size(), deliveries, attempts, pending, List.copyOf(different));
  }

  /** Arrays do not compare by themselves. */
  private static List<List<Object>> text(List<Attempt> attempts) {
    return attempts.stream()
        .map(
            attempt ->
                List.<Object>of(
                    attempt.series(),
                    attempt.number(),
                    attempt.dueAt(),
                    attempt.startedAt(),
                    attempt.latency(),
                    attempt.outcome(),
                    HexFormat.of().formatHex(attempt.responseStart()),
                    String.valueOf(attempt.deferral())))
        .toList();
  }
}
