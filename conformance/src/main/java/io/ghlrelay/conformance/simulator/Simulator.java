package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.fault.Fault;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.schedule.Decision;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The platform, sending to one URL: {@link #send} plans an event, and one of the {@code run}
 * methods lets time pass. Requests are real HTTP; in virtual time the clock stands still while one
 * is under way and then jumps to the next due instant.
 *
 * <p>Thread-safe. The thread that runs drives; several may run at once.
 */
public final class Simulator implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final SimulatorTime time;
  private final HttpSender sender;
  private final SimulatorConfig config;
  private final PayloadGenerator payloads;
  private final SplittableRandom faultRandom;
  private final UrlHealth health;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private final List<Delivery> deliveries = new ArrayList<>();
  private @Nullable URI target;
  private FaultScript script;
  private Instant scriptStart;
  private long scriptRequests;
  private long order;
  private int inFlight;
  private @Nullable Throwable broken;
  private boolean closed;

  private record Due(Instant at, long order, Delivery delivery, boolean manual) {}

  Simulator(SimulatorConfig config) {
    this.config = config;
    this.time = config.time();
    this.sender = new HttpSender(config.http(), config.requestTimeout());
    this.payloads = new PayloadGenerator(config.seed());
    this.faultRandom = new SplittableRandom(config.seed() ^ 0x5DEECE66DL);
    this.health = new UrlHealth(config.profile().breaker());
    this.target = config.target();
    this.script = config.script();
    this.scriptStart = config.start();
  }

  /** A set-up to change and build. */
  public static SimulatorConfig configure() {
    return new SimulatorConfig();
  }

  /** The simulator's time. */
  public Instant now() {
    return locked(time::now);
  }

  /** The seed in use. */
  public long seed() {
    return config.seed();
  }

  /** Whether time jumps, and only when somebody runs; else it passes by itself. */
  public boolean virtual() {
    return time instanceof SimulatorTime.Virtual;
  }

  /** Where events are sent; null = not said yet. */
  public @Nullable URI target() {
    return locked(() -> target);
  }

  /** Which signature headers events carry. */
  public SignatureMode signature() {
    return config.signature();
  }

  /** The rules in use. */
  public Profile profile() {
    return config.profile();
  }

  /** The keys in use. */
  public SigningKeys keys() {
    return config.keys();
  }

  /** Sends what comes from now on, and every retry, to this URL. */
  public void target(URI url) {
    String scheme = String.valueOf(url.getScheme());
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
      throw new IllegalArgumentException("target: " + url + " (expected: http(s)://host/path)");
    }
    locked(() -> target = url);
  }

  /** Replaces the script; its time and its count of requests begin now. */
  public void script(FaultScript replacement) {
    locked(
        () -> {
          script = replacement;
          scriptStart = time.now();
          scriptRequests = 0;
          return null;
        });
  }

  /** Replaces the script without a new start of its time and count. */
  public void addToScript(FaultScript longer) {
    locked(() -> script = longer);
  }

  /** When the script's time began. */
  public Instant scriptStart() {
    return locked(() -> scriptStart);
  }

  /** How much of the simulator's time has passed. */
  public Duration elapsed() {
    return Duration.between(config.start(), now());
  }

  /** Makes, signs and plans an event, due now. */
  public Delivery send(PayloadRequest request) {
    return send(request, config.signature(), Duration.ZERO);
  }

  /** The same, signed so, and due later by some time. */
  public Delivery send(PayloadRequest request, SignatureMode signature, Duration later) {
    Payload payload =
        locked(
            () ->
                payloads.next(
                    request.timestamp() == null
                        ? request.withTimestamp(time.now().plus(later))
                        : request));
    return send(sign(payload, signature), later);
  }

  /** Plans an event made elsewhere. */
  public Delivery send(SimEvent event, Duration later) {
    return locked(
        () -> {
          if (closed) {
            throw new IllegalStateException("the simulator is closed");
          }
          if (target == null) {
            throw new IllegalStateException("no target yet (expected: target(URI) before send)");
          }
          Instant due = time.now().plus(later);
          Delivery delivery =
              new Delivery(
                  lock,
                  deliveries.size() + 1L,
                  target,
                  event,
                  config.profile(),
                  config.seed(),
                  due);
          deliveries.add(delivery);
          plan(due, delivery, false);
          return delivery;
        });
  }

  /** Signs a payload as the set-up says; the headers of the set-up come with it. */
  public SimEvent sign(Payload payload, SignatureMode signature) {
    Map<String, String> headers = new HashMap<>(config.headers());
    headers.putAll(config.keys().headers(signature, payload.body()));
    return new SimEvent(payload.webhookId(), payload.type().name(), headers, payload.body());
  }

  /**
   * What "resend" in the dashboard does: the same request once more, at once. Success cancels what
   * is planned; failure starts no new series [platform staff: H].
   */
  public void resend(Delivery delivery) {
    locked(
        () -> {
          plan(time.now(), delivery, true);
          return null;
        });
  }

  /** Every delivery so far, in the order sent. */
  public List<Delivery> deliveries() {
    return locked(() -> List.copyOf(deliveries));
  }

  /** How the platform sees the URL. */
  public Health health() {
    return locked(
        () -> {
          health.paused(time.now());
          return health.snapshot();
        });
  }

  /** What "re-enable" in the dashboard does: the URL is sent to again. */
  public void enable() {
    locked(
        () -> {
          health.enable();
          return null;
        });
  }

  /** Runs until no attempt is due or under way. */
  public void runUntilSettled() {
    run(() -> queue.isEmpty() && inFlight == 0, null);
  }

  /**
   * Runs until the condition holds or nothing is left to do.
   *
   * @param condition asked under the lock, whenever something has changed
   * @return whether it holds
   */
  public boolean runUntil(BooleanSupplier condition) {
    run(() -> condition.getAsBoolean() || (queue.isEmpty() && inFlight == 0), null);
    return locked(condition::getAsBoolean);
  }

  /** Runs until closed, whatever comes: for a thread of its own, in running time. */
  public void drive() {
    run(() -> false, null);
  }

  /**
   * Waits, without running, until the condition holds.
   *
   * @param condition asked under the lock, whenever something has changed
   * @param timeout real time
   * @return whether it holds
   */
  public boolean await(BooleanSupplier condition, Duration timeout) {
    lock.lock();
    try {
      long left = timeout.toNanos();
      while (!condition.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return condition.getAsBoolean();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    } finally {
      lock.unlock();
    }
  }

  /** Runs for some time; what is due by its end has been sent and has ended. */
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("advance: " + by + " (expected: 0 or more)");
    }
    Instant end = now().plus(by);
    run(() -> inFlight == 0 && !dueBy(end) && !time.now().isBefore(end), end);
  }

  /** Runs up to the next due instant, and until what is due there has ended; no-op without one. */
  public void advanceToNextDue() {
    Instant next = locked(() -> queue.isEmpty() ? null : queue.element().at());
    if (next != null) {
      Instant end = next;
      run(() -> inFlight == 0 && !dueBy(end) && !time.now().isBefore(end), end);
    }
  }

  /** Ends runs; what is in flight is left to itself. */
  @Override
  public void close() {
    locked(
        () -> {
          closed = true;
          queue.clear();
          changed.signalAll();
          return null;
        });
  }

  private boolean dueBy(Instant end) {
    return !queue.isEmpty() && !queue.element().at().isAfter(end);
  }

  private void plan(Instant due, Delivery delivery, boolean manual) {
    queue.add(new Due(due, order++, delivery, manual));
    changed.signalAll();
  }

  private void run(BooleanSupplier stop, @Nullable Instant limit) {
    lock.lock();
    try {
      while (!closed) {
        launch();
        Throwable error = broken;
        if (error != null) {
          throw new IllegalStateException("the simulator cannot go on", error);
        }
        if (stop.getAsBoolean()) {
          return;
        }
        rest(limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the simulator ran", e);
    } finally {
      lock.unlock();
    }
  }

  /** Lets time pass until there is something to do; may return early. */
  @SuppressWarnings("WaitNotInLoop") // run() is the loop
  private void rest(@Nullable Instant limit) throws InterruptedException {
    Instant next = queue.isEmpty() ? null : queue.element().at();
    if (time instanceof SimulatorTime.Virtual virtual) {
      Instant jump = earlier(next, limit);
      if (inFlight > 0 || jump == null) {
        changed.await();
      } else {
        virtual.jumpTo(jump);
      }
      return;
    }
    boolean full = inFlight >= config.concurrency();
    if (!full && next != null && time.nanosUntil(next) <= 0) {
      return; // its time has come since launch() looked
    }
    // A limit that has passed is waited for no longer: what is in flight is.
    Instant until =
        earlier(full ? null : next, limit != null && time.nanosUntil(limit) > 0 ? limit : null);
    if (until == null) {
      changed.await();
    } else {
      // Woken early or late, run() looks anew.
      changed.awaitNanos(Math.min(time.nanosUntil(until), TimeUnit.HOURS.toNanos(1)));
    }
  }

  private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    return a == null || (b != null && b.isBefore(a)) ? b : a;
  }

  private void launch() {
    while (inFlight < config.concurrency() && dueBy(time.now())) {
      Due due = queue.remove();
      Delivery delivery = due.delivery();
      if (!due.manual() && delivery.due() == null) {
        continue; // cancelled by a resend that was taken
      }
      if (!due.manual() && health.paused(time.now())) {
        delivery.dead(DeadReason.PAUSED);
        continue;
      }
      if (!due.manual()) {
        delivery.due(null);
      }
      start(due);
    }
  }

  private void start(Due due) {
    Delivery delivery = due.delivery();
    int number = delivery.nextNumber();
    Instant sent = time.now();
    List<Fault> faults =
        script.decide(number, ++scriptRequests, Duration.between(scriptStart, sent), config.seed());
    ScriptedFault fault = ScriptedFault.of(faults, config.requestTimeout(), faultRandom);
    delivery.started();
    inFlight++;
    CompletableFuture<HttpSender.Sent> asked =
        fault.answer() != null
            ? CompletableFuture.completedFuture(
                new HttpSender.Sent(fault.answer(), Duration.ZERO, ""))
            : sender.post(target(delivery), delivery.event().headers(), delivery.event().body());
    asked.whenComplete((answer, error) -> ended(due, number, sent, fault, answer, error));
  }

  private URI target(Delivery delivery) {
    return target == null ? delivery.target() : target;
  }

  private void ended(
      Due due,
      int number,
      Instant sent,
      ScriptedFault fault,
      HttpSender.@Nullable Sent answer,
      @Nullable Throwable error) {
    lock.lock();
    try {
      inFlight--;
      if (answer == null) {
        broken = error;
        return;
      }
      Delivery delivery = due.delivery();
      HttpSender.Sent seen = fault.after(answer);
      Instant ended = time.now().plus(cost(fault, seen));
      Attempt attempt =
          new Attempt(
              number,
              due.at(),
              sent,
              ended,
              seen.outcome(),
              answer.took(),
              seen.answer(),
              fault.text(),
              due.manual());
      delivery.ended(attempt);
      health.record(ended, seen.outcome().delivered());
      follow(delivery, attempt);
      config.listener().attempted(delivery, attempt);
    } catch (RuntimeException e) {
      broken = e;
      throw e;
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  /** What an attempt costs of virtual time; running time passes by itself. */
  private Duration cost(ScriptedFault fault, HttpSender.Sent seen) {
    boolean virtual = time instanceof SimulatorTime.Virtual;
    if (virtual && ScriptedFault.timedOut(seen.outcome())) {
      return config.requestTimeout();
    }
    return virtual || fault.answer() != null ? fault.latency() : Duration.ZERO;
  }

  private void follow(Delivery delivery, Attempt attempt) {
    if (attempt.manual()) {
      if (attempt.outcome().delivered()) {
        delivery.delivered();
      }
      return;
    }
    Decision decision = delivery.series().after(attempt.sent(), attempt.ended(), attempt.outcome());
    if (delivery.state() == DeliveryState.DELIVERED) {
      return; // a resend was taken meanwhile
    }
    if (decision instanceof Decision.Retry retry) {
      Instant at = retry.due().isBefore(attempt.ended()) ? attempt.ended() : retry.due();
      delivery.due(retry.due());
      queue.add(new Due(at, order++, delivery, false));
    } else if (decision instanceof Decision.Dead dead) {
      delivery.dead(dead.reason());
    } else {
      delivery.delivered();
    }
  }

  private <T extends @Nullable Object> T locked(java.util.function.Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
