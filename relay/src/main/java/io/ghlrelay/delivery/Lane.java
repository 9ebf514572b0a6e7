package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One target's queue and its attempts in flight. Confined to the dispatcher's loop; lanes share
 * nothing but that loop, so a slow or dead target delays no other.
 *
 * <p>A delivery's life here: {@link #add} to the window, {@link #startDue} takes it when due,
 * {@link #send} makes the attempt, {@link #answered} asks the retry policy, {@link #record} makes
 * it durable, {@link #recorded} ends it or puts it back into the window.
 */
final class Lane {
  /** Deliveries held in memory: enough for a second at full speed, some MB at most. */
  static final int WINDOW = 8192;

  /** Outcomes that may wait for the store before no further attempt is made. */
  private static final int MAX_UNRECORDED = 8192;

  /** How long to wait before asking a failing store again. */
  private static final Duration STORE_PAUSE = Duration.ofSeconds(1);

  /** An attempt later than this behind its due instant was deferred, and says by what. */
  private static final Duration DEFERRED_AFTER = Duration.ofMillis(100);

  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  private final EventStore store;
  private final TargetClient client;
  private final Loop loop;
  private final Executor reader;
  private final Clock clock;
  private final JitterSource jitter;
  private final DeliveryListener listener;
  private final DeliveryMetrics.Target metrics;
  private final DueWindow window;
  private final Instant openedAt;

  private TargetConfig config;
  private boolean paused;
  private boolean removed;
  private boolean draining;
  private boolean storeFails;
  private int inFlight;
  private Instant resumedAt = Instant.MIN;
  private Instant pacedAt = Instant.MIN;
  private @Nullable Pace pace;
  private @Nullable Instant alarm;
  private volatile int inFlightSeen;
  private volatile @Nullable Instant nextDueSeen;

  /** A lane over the parts that every lane shares; reads its queue when first {@link #pump}ed. */
  Lane(TargetConfig config, boolean paused, Parts parts, DeliveryMetrics.Target metrics) {
    this.config = config;
    this.paused = paused;
    this.store = parts.store();
    this.client = parts.client();
    this.loop = parts.loop();
    this.reader = parts.reader();
    this.clock = parts.clock();
    this.jitter = parts.jitter();
    this.listener = parts.listener();
    this.metrics = metrics;
    this.window = new DueWindow(WINDOW, parts.bodies());
    this.openedAt = clock.instant();
    this.pace = pace(config);
  }

  private static @Nullable Pace pace(TargetConfig config) {
    return config.rateLimit() == null ? null : new Pace(config.rateLimit());
  }

  /** What all lanes share. */
  record Parts(
      EventStore store,
      TargetClient client,
      Loop loop,
      Executor reader,
      Clock clock,
      JitterSource jitter,
      BodyBudget bodies,
      DeliveryListener listener) {}

  /** A delivery to this target has become pending in the store. */
  void add(Pending pending) {
    window.add(pending);
    pump();
  }

  /** Its queue in the store may hold what it was not told of. */
  void reread() {
    window.reread();
    pump();
  }

  /** Takes a new configuration; the next attempt and decision go by it. */
  void configure(TargetConfig newConfig) {
    if (!Objects.equals(newConfig.rateLimit(), config.rateLimit())) {
      pace = pace(newConfig);
    }
    config = newConfig;
    removed = false;
    pump();
  }

  /** The target is gone from the configuration: its queue stays in the store, untouched. */
  void remove() {
    removed = true;
  }

  /** Pauses or resumes. */
  void setPaused(boolean pause) {
    if (paused && !pause) {
      resumedAt = clock.instant();
    }
    paused = pause;
    pump();
  }

  /** Starts no further attempt. */
  void drain() {
    draining = true;
  }

  /** Attempts in flight and outcomes not yet recorded. */
  int busy() {
    return window.busyCount();
  }

  /** Attempts in flight; may be read by any thread. */
  int inFlight() {
    return inFlightSeen;
  }

  /** When the next attempt known to this lane is due, or null; may be read by any thread. */
  @Nullable Instant nextDue() {
    return nextDueSeen;
  }

  /** Starts what is due, reads on when the window runs low, and sets the alarm. */
  void pump() {
    refillIfLow();
    startDue();
    setAlarm();
    inFlightSeen = inFlight;
    nextDueSeen = window.earliestDue();
  }

  private boolean mayStart() {
    return !paused
        && !removed
        && !draining
        && inFlight < config.concurrency()
        && window.busyCount() < MAX_UNRECORDED;
  }

  private void startDue() {
    Instant now = clock.instant();
    while (mayStart()) {
      Instant due = window.earliestDue();
      if (due == null || due.isAfter(now)) {
        return;
      }
      if (pace != null) {
        if (pace.freeAt(now).isAfter(now)) {
          pacedAt = now; // the alarm rings when the next may be made
          return;
        }
        pace.take(now);
      }
      Pending pending = Objects.requireNonNull(window.takeDue(now));
      inFlight++;
      Pending.Content content = pending.content();
      if (content != null) {
        send(pending.delivery(), content);
      } else {
        read(pending.delivery());
      }
      refillIfLow();
    }
  }

  private void setAlarm() {
    Instant due = window.earliestDue();
    if (due == null || !mayStart()) {
      return;
    }
    if (pace != null) {
      Instant free = pace.freeAt(clock.instant());
      due = due.isAfter(free) ? due : free;
    }
    if (alarm != null && !alarm.isAfter(due)) {
      return;
    }
    alarm = due;
    loop.at(due, this::rung);
  }

  private void rung() {
    alarm = null;
    pump();
  }

  private void refillIfLow() {
    if (removed || draining || !window.wantsRefill()) {
      return;
    }
    var from = window.refillFrom();
    String target = config.name();
    int limit = window.refillSize();
    reader.execute(
        () -> {
          try {
            List<Delivery> read = store.due(target, from, limit);
            loop.execute(() -> refilled(read));
          } catch (RuntimeException e) {
            log.warn("Target {}: its queue could not be read; trying again.", target, e);
            loop.execute(this::refillFailed);
          }
        });
  }

  private void refilled(List<Delivery> read) {
    window.refilled(read);
    pump();
  }

  private void refillFailed() {
    loop.at(
        clock.instant().plus(STORE_PAUSE),
        () -> {
          window.refillFailed();
          pump();
        });
  }

  /** Fetches what the attempt sends, where it is no longer in memory. */
  private void read(Delivery delivery) {
    reader.execute(
        () -> {
          try {
            Optional<Event> event = store.event(delivery.eventId());
            Optional<byte[]> body = store.body(delivery.eventId());
            if (event.isEmpty() || body.isEmpty()) {
              throw new IllegalStateException("a pending delivery without its event");
            }
            var content = new Pending.Content(event.get(), body.get());
            loop.execute(() -> send(delivery, content));
          } catch (RuntimeException e) {
            log.warn(
                "Event {} for target {} could not be read; trying again.",
                delivery.eventId(),
                delivery.target(),
                e);
            loop.execute(
                () -> loop.at(clock.instant().plus(STORE_PAUSE), () -> giveBack(delivery)));
          }
        });
  }

  private void giveBack(Delivery delivery) {
    inFlight--;
    window.settled(delivery.eventId());
    window.add(new Pending(delivery, null));
    pump();
  }

  private void send(Delivery delivery, Pending.Content content) {
    Instant now = clock.instant();
    TargetConfig target = config;
    OutboundRequest request =
        OutboundRequest.of(
            content.event(),
            content.body(),
            delivery.series(),
            delivery.progress().attempts() + 1,
            target,
            now);
    String deferral = deferral(delivery, now);
    client.send(
        target,
        request,
        answer -> loop.execute(() -> answered(delivery, content, deferral, answer)));
  }

  /** Why an attempt starts late, or null. The first reason that covers its due instant counts. */
  private @Nullable String deferral(Delivery delivery, Instant now) {
    Instant due = Pending.positionOf(delivery).due();
    if (!now.isAfter(due.plus(DEFERRED_AFTER))) {
      return null;
    }
    if (resumedAt.isAfter(due)) {
      return "paused";
    }
    if (openedAt.isAfter(due)) {
      return "relayDown";
    }
    return pacedAt.isBefore(due) ? "concurrency" : "rateLimit";
  }

  private void answered(
      Delivery delivery, Pending.Content content, @Nullable String deferral, TargetAnswer answer) {
    inFlight--;
    RetryDecision decision =
        config
            .retry()
            .decide(
                delivery.progress(),
                answer.startedAt(),
                answer.endedAt(),
                answer.outcome(),
                jitter);
    Delivery after = after(delivery, decision, answer.endedAt());
    Attempt attempt =
        new Attempt(
            delivery.series(),
            delivery.progress().attempts() + 1,
            Pending.positionOf(delivery).due(),
            answer.startedAt(),
            Duration.between(answer.startedAt(), answer.endedAt()),
            answer.outcome(),
            answer.responseStart(),
            deferral);
    metrics.attempted(content.event(), after, attempt);
    record(content.event(), delivery, after, attempt);
    pump();
  }

  private static Delivery after(Delivery before, RetryDecision decision, Instant at) {
    DeliveryState state = DeliveryState.DELIVERED;
    Instant due = null;
    DeadReason reason = null;
    if (decision instanceof RetryDecision.Retry retry) {
      state = DeliveryState.PENDING;
      due = retry.due();
    } else if (decision instanceof RetryDecision.Dead dead) {
      state = DeliveryState.DEAD;
      reason = dead.reason();
    }
    return new Delivery(
        before.eventId(),
        before.target(),
        before.route(),
        state,
        before.series(),
        decision.progress(),
        due,
        reason,
        at);
  }

  /** Records until the store takes it: an outcome that is known is never thrown away. */
  private void record(Event event, Delivery before, Delivery after, Attempt attempt) {
    store
        .record(before, after, attempt)
        .whenComplete(
            (done, failure) ->
                loop.execute(
                    () -> {
                      if (failure == null) {
                        recorded(after);
                        listener.attempted(event, after, attempt);
                      } else {
                        notRecorded(event, before, after, attempt, failure);
                      }
                    }));
  }

  private void notRecorded(
      Event event, Delivery before, Delivery after, Attempt attempt, Throwable failure) {
    if (!storeFails) {
      storeFails = true; // said once, not once for each delivery and second
      log.warn(
          "Target {}: outcomes cannot be stored ({}); trying until they can.",
          before.target(),
          failure.toString());
    }
    loop.at(clock.instant().plus(STORE_PAUSE), () -> record(event, before, after, attempt));
  }

  private void recorded(Delivery after) {
    if (storeFails) {
      storeFails = false;
      log.info("Target {}: outcomes are stored again.", after.target());
    }
    window.settled(after.eventId());
    if (after.state() == DeliveryState.PENDING) {
      window.add(new Pending(after, null));
    }
    pump();
  }
}
