package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One target's queue and its attempts in flight. Confined to the dispatcher's loop; lanes share
 * nothing but that loop, so a slow or dead target delays no other.
 *
 * <p>A delivery's life here: {@link #add} to the queue, {@link #startDue} takes it when due, {@link
 * #send} makes the attempt, {@link #answered} asks the retry policy, {@link Recorder} makes it
 * durable, {@link #recorded} ends it or puts it back into the queue.
 */
final class Lane {
  /** Outcomes that may wait for the store before no further attempt is made. */
  private static final int MAX_UNRECORDED = 8192;

  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  private final Parts parts;
  private final TargetClient client;
  private final Loop loop;
  private final Clock clock;
  private final DeliveryMetrics.Target metrics;
  private final Gates gates;
  private final Recorder recorder;
  private final Deferral deferral;

  private TargetConfig config;
  private Credentials credentials;
  private DueQueue queue;
  private Ordering ordering;
  private boolean anew; // the queue is to be replaced
  private boolean paused;
  private boolean removed;
  private boolean draining;
  private int inFlight;
  private int direct; // of those in flight
  private @Nullable Instant alarm;
  private volatile int inFlightSeen;
  private volatile @Nullable Instant nextDueSeen;
  private volatile @Nullable BreakerState breakerSeen;

  /** A lane over the parts that every lane shares; reads its queue when first {@link #pump}ed. */
  Lane(TargetConfig config, boolean paused, Parts parts, DeliveryMetrics.Target metrics) {
    this.config = config;
    this.paused = paused;
    this.parts = parts;
    this.client = parts.client();
    this.loop = parts.loop();
    this.clock = parts.clock();
    this.metrics = metrics;
    this.recorder = new Recorder(parts.store(), loop, clock, parts.listener());
    this.gates = new Gates(config, clock, () -> inFlight);
    this.deferral = new Deferral(clock.instant(), gates);
    this.credentials = Credentials.of(config, parts, metrics, this::pump);
    this.ordering = config.flow().ordering();
    this.queue = newQueue();
    gates.resumed(clock.instant()); // a queue may have gathered while no relay ran
  }

  private DueQueue newQueue() {
    var source =
        new StoredQueue.Source(
            config.name(), parts.store(), loop, parts.reader(), clock, parts.bodies());
    return ordering == Ordering.NONE
        ? new StoredQueue(source, read -> true, this::pump)
        : new OrderedQueue(source, ordering, parts.known(), this::pump);
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
      int known,
      DeliveryListener listener) {}

  /** A delivery to this target has become pending in the store. */
  void add(Pending pending) {
    queue.add(pending);
    pump();
  }

  /** These events are gone from the store. */
  void forget(Set<EventId> events) {
    queue.forget(events);
    pump();
  }

  /** Its queue in the store may hold what it was not told of. */
  void reread() {
    deferral.reread(clock.instant());
    anew = !queue.rewind();
    pump();
  }

  /** Takes a new configuration; the next attempt and decision go by it. */
  void configure(TargetConfig newConfig) {
    gates.configure(newConfig);
    if (!Objects.equals(newConfig.auth(), config.auth())
        || !newConfig.addresses().equals(config.addresses())) {
      credentials = Credentials.of(newConfig, parts, metrics, this::pump);
    }
    config = newConfig;
    if (removed) {
      removed = false;
      gates.resumed(clock.instant());
    }
    pump();
  }

  /** The target is gone from the configuration: its queue stays in the store, untouched. */
  void remove() {
    removed = true;
  }

  /** Pauses or resumes. */
  void setPaused(boolean pause) {
    if (paused && !pause) {
      Instant now = clock.instant();
      deferral.resumed(now);
      gates.resumed(now);
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
    return queue.busyCount() + direct;
  }

  /** What its requests carry. */
  Credentials credentials() {
    return credentials;
  }

  /**
   * Why an event of a direct route, which cannot wait in the queue, is sent back; null = it is not.
   */
  DirectResult.@Nullable Refused refusal() {
    Instant now = clock.instant();
    if (removed || draining) {
      return refused(DirectResult.Reason.UNAVAILABLE, DirectLine.AFTER_UNAVAILABLE);
    }
    if (paused) {
      return refused(DirectResult.Reason.PAUSED, DirectLine.AFTER_PAUSE);
    }
    if (credentials.at(now) == null) {
      return refused(DirectResult.Reason.TOKEN, DirectLine.AFTER_TOKEN);
    }
    if (inFlight >= config.concurrency()) {
      return refused(DirectResult.Reason.CONCURRENCY, DirectLine.AFTER_SLOT);
    }
    Instant free = gates.freeAt(now);
    if (free.isAfter(now)) {
      Duration wait =
          free.equals(Gate.BY_EVENT) ? DirectLine.AFTER_SLOT : Duration.between(now, free);
      return refused(DirectResult.Reason.of(gates.closed(now)), wait);
    }
    return null;
  }

  DirectResult.Refused refused(DirectResult.Reason reason, Duration retryAfter) {
    metrics.directRefused(reason);
    return new DirectResult.Refused(reason, retryAfter);
  }

  /**
   * Takes a slot for an event of a direct route, after {@link #refusal} has said that it may.
   *
   * @return its permit, to be given back by {@link #leave}
   */
  long enter() {
    inFlight++;
    direct++;
    return gates.started(clock.instant());
  }

  /**
   * Gives the slot back.
   *
   * @param outcome how the attempt ended; null = none counts
   */
  void leave(long permit, @Nullable Outcome outcome) {
    inFlight--;
    direct--;
    if (outcome == null) {
      gates.notMade(permit);
    } else {
      gates.answered(permit, outcome, clock.instant());
    }
    pump();
  }

  /** What the next attempt goes by. */
  TargetConfig config() {
    return config;
  }

  /** The target's meters. */
  DeliveryMetrics.Target metrics() {
    return metrics;
  }

  /** Attempts of deliveries in flight; may be read by any thread. */
  int inFlight() {
    return inFlightSeen;
  }

  /** When the next attempt known to this lane is due, or null; may be read by any thread. */
  @Nullable Instant nextDue() {
    return nextDueSeen;
  }

  /** The state of the circuit breaker, null if there is none; may be read by any thread. */
  @Nullable BreakerState breaker() {
    return breakerSeen;
  }

  /** Starts what is due, reads on when the window runs low, and sets the alarm. */
  void pump() {
    reorder();
    readOn();
    startDue();
    setAlarm();
    inFlightSeen = inFlight - direct;
    nextDueSeen = queue.earliestDue();
    breakerSeen = gates.breakerState();
  }

  /** Another queue is begun when nothing is in flight that the new one would not know of. */
  private void reorder() {
    if ((anew || ordering != config.flow().ordering()) && queue.busyCount() == 0) {
      anew = false;
      queue.close();
      ordering = config.flow().ordering();
      queue = newQueue();
    }
  }

  private void readOn() {
    if (!removed && !draining) {
      queue.readOn();
    }
  }

  private boolean mayStart() {
    return !paused
        && !removed
        && !draining
        && !anew
        && ordering == config.flow().ordering()
        && parts.store().mayDeliver()
        && inFlight < config.concurrency()
        && queue.busyCount() < MAX_UNRECORDED;
  }

  private void startDue() {
    Instant now = clock.instant();
    while (mayStart()) {
      Instant due = queue.earliestDue();
      if (due == null || due.isAfter(now)) {
        if (!queue.reading()) {
          gates.caughtUp();
        }
        return;
      }
      if (credentials.at(now) == null) {
        return; // told when there are
      }
      if (gates.look(due, now).isAfter(now)) {
        return; // the alarm rings when the next may be made
      }
      Pending pending = queue.takeDue(now);
      if (pending != null) {
        start(pending, gates.started(now));
        readOn();
      }
    }
  }

  private void start(Pending pending, long permit) {
    inFlight++;
    if (pending.content() != null) {
      send(pending, pending.content(), permit);
    } else {
      read(pending, permit);
    }
  }

  private void setAlarm() {
    Instant due = queue.earliestDue();
    if (due == null || !mayStart() || (credentials.awaited() && !due.isAfter(clock.instant()))) {
      return;
    }
    Instant free = gates.freeAt(clock.instant());
    due = due.isAfter(free) ? due : free;
    if (due.equals(Gate.BY_EVENT) || (alarm != null && !alarm.isAfter(due))) {
      return;
    }
    alarm = due;
    loop.at(due, this::rung);
  }

  private void rung() {
    alarm = null;
    pump();
  }

  /** Fetches what the attempt sends, where it is no longer in memory. */
  private void read(Pending pending, long permit) {
    Delivery delivery = pending.delivery();
    EventStore store = parts.store();
    parts
        .reader()
        .execute(
            () -> {
              try {
                Optional<Event> event = store.event(delivery.eventId());
                Optional<byte[]> body = store.body(delivery.eventId());
                if (event.isEmpty() || body.isEmpty()) {
                  loop.execute(() -> gone(delivery, permit));
                  return;
                }
                var content = new Pending.Content(event.get(), body.get());
                loop.execute(() -> send(pending, content, permit));
              } catch (RuntimeException e) {
                log.warn(
                    "Event {} for target {} could not be read; trying again.",
                    delivery.eventId(),
                    delivery.target(),
                    e);
                loop.execute(
                    () ->
                        loop.at(
                            clock.instant().plus(StoredQueue.STORE_PAUSE),
                            () -> giveBack(delivery, permit)));
              }
            });
  }

  /** The event was removed from the store while its delivery waited here. */
  private void gone(Delivery delivery, long permit) {
    log.info(
        "Event {} is no longer held; target {} does not get it.",
        delivery.eventId(),
        delivery.target());
    inFlight--;
    gates.notMade(permit);
    queue.settled(delivery.cancelled(clock.instant()));
    pump();
  }

  private void giveBack(Delivery delivery, long permit) {
    inFlight--;
    gates.notMade(permit);
    queue.settled(delivery);
    pump();
  }

  private void send(Pending pending, Pending.Content content, long permit) {
    Delivery delivery = pending.delivery();
    Instant now = clock.instant();
    TargetConfig target = config;
    Credentials.Authorization authorization = credentials.at(now);
    if (authorization == null) {
      giveBack(delivery, permit); // they ended while the event was read
      return;
    }
    OutboundRequest request =
        OutboundRequest.of(
            content.event(),
            content.body(),
            delivery.series(),
            delivery.progress().attempts() + 1,
            target,
            now,
            authorization.value());
    String deferred = deferral.of(pending, now, credentials);
    client.send(
        target,
        request,
        answer -> {
          TargetAnswer kept = answer.withoutSecrets(target, authorization.value());
          loop.execute(
              () -> {
                if (credentials.worthless(delivery.eventId(), authorization, answer)) {
                  giveBack(delivery, permit);
                } else {
                  inFlight--;
                  gates.answered(permit, answer.outcome(), clock.instant());
                  answered(delivery, content, deferred, kept);
                }
              });
        });
  }

  private void answered(
      Delivery delivery, Pending.Content content, @Nullable String deferred, TargetAnswer answer) {
    RetryDecision decision =
        config
            .retry()
            .decide(
                delivery.progress(),
                answer.startedAt(),
                answer.endedAt(),
                answer.outcome(),
                parts.jitter());
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
            deferred);
    metrics.attempted(content.event(), after, attempt);
    recorder.record(content.event(), delivery, after, attempt, taken -> recorded(after, taken));
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

  /**
   * The outcome counts for nothing: the store says that the delivery is not as it was, or not ours.
   */
  private void notTaken(Delivery delivery) {
    log.info(
        "Event {} for target {}: this attempt does not count, since the delivery was taken over by"
            + " another relay, or its outcome was stored before.",
        delivery.eventId(),
        delivery.target());
    queue.settled(delivery.cancelled(clock.instant()));
    reread();
  }

  private void recorded(Delivery after, boolean taken) {
    if (!taken) {
      notTaken(after);
      return;
    }
    queue.settled(after);
    pump();
  }
}
