package io.ghlrelay.delivery;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Header;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A dispatcher in virtual time, on the test's own thread: the clock jumps to the next alarm as soon
 * as nothing is left to do.
 */
final class VirtualRelay {
  /** One request as the target saw it. */
  record Sent(String target, EventId eventId, int attempt, Instant at) {}

  /** What the token endpoint answers. */
  record TokenReply(Outcome outcome, String body) {
    static TokenReply of(String token, int life) {
      return new TokenReply(
          Outcome.answered(200),
          "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}"
              .formatted(token, life));
    }
  }

  final ManualClock clock = new ManualClock();
  final TestEvents events = new TestEvents(clock);
  final List<Sent> sent = new ArrayList<>();
  final Map<String, Integer> inFlight = new HashMap<>();
  int mostInFlight;
  Function<Sent, Outcome> target = request -> Outcome.answered(200);

  /** What targets got as Authorization, in the order of {@link #sent}. */
  final List<String> authorizations = new ArrayList<>();

  /** When tokens were asked for. */
  final List<Instant> tokenFetches = new ArrayList<>();

  /** The token endpoint: gives the status of the answer and its body. */
  Supplier<TokenReply> tokens = () -> new TokenReply(Outcome.answered(404), "");

  Duration tokenLatency = Duration.ZERO;
  Consumer<Sent> onSend = request -> {};
  Duration latency = Duration.ZERO;

  /** How long the store takes to read, and again until the loop learns of what was read. */
  Supplier<Duration> readTakes = () -> Duration.ZERO;

  int known = OrderedQueue.KNOWN;
  JitterSource jitter = (min, max) -> Duration.ofSeconds(3);
  Dispatcher dispatcher;

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventStore store;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Deque<Runnable> reads = new ArrayDeque<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparing(Alarm::at).thenComparing(Alarm::order));
  private long order;
  private boolean reading;
  private final Map<String, TargetConfig> targets = new HashMap<>();

  private record Alarm(Instant at, long order, Runnable task) {}

  VirtualRelay(Function<ManualClock, EventStore> store, TargetConfig... targets) {
    this.store = store.apply(clock);
    for (TargetConfig config : targets) {
      this.targets.put(config.name(), config);
    }
    this.dispatcher = newDispatcher();
  }

  EventStore store() {
    return store;
  }

  private Dispatcher newDispatcher() {
    Loop loop =
        new Loop() {
          @Override
          public void execute(Runnable task) {
            if (reading) {
              later(readTakes.get(), tasks, task);
            } else {
              tasks.add(task);
            }
          }

          @Override
          public void at(Instant when, Runnable task) {
            alarms.add(new Alarm(when, order++, task));
          }
        };
    Dispatcher made =
        new Dispatcher(
            store,
            new Client(),
            clock,
            (min, max) -> jitter.draw(min, max),
            new DeliveryMetrics(meters),
            DeliveryListener.NONE,
            loop,
            this::read,
            known,
            () -> {});
    made.configure(targets, store.pausedTargets());
    return made;
  }

  private void read(Runnable task) {
    later(
        readTakes.get(),
        reads,
        () -> {
          reading = true;
          task.run();
          reading = false;
        });
  }

  private void later(Duration wait, Deque<Runnable> now, Runnable task) {
    if (wait.isZero()) {
      now.add(task);
    } else {
      alarms.add(new Alarm(clock.instant().plus(wait), order++, task));
    }
  }

  /** As after a crash: everything in memory is gone. */
  void restart() {
    tasks.clear();
    reads.clear();
    alarms.clear();
    inFlight.clear();
    dispatcher = newDispatcher();
  }

  void configure(TargetConfig... configs) {
    targets.clear();
    for (TargetConfig config : configs) {
      targets.put(config.name(), config);
    }
    dispatcher.configure(targets, store.pausedTargets());
  }

  Admitted.Stored admit(Admission admission) {
    Admitted admitted = store.admit(admission).toCompletableFuture().join();
    dispatcher.admitted((Admitted.Stored) admitted, admission.body());
    return (Admitted.Stored) admitted;
  }

  void replay(EventId id, String... names) {
    List<RoutedTarget> to = new ArrayList<>();
    for (String name : names) {
      to.add(new RoutedTarget(name, "replay"));
    }
    List<Delivery> replayed = store.replay(id, to, clock.instant()).toCompletableFuture().join();
    dispatcher.pending(replayed);
  }

  /** As a purge does. */
  void remove(EventId... ids) {
    store.remove(List.of(ids)).toCompletableFuture().join();
    dispatcher.removed(List.of(ids));
  }

  /** What is still to happen some time. */
  int alarmsLeft() {
    return alarms.size();
  }

  /** Runs what can run now; disk reads come last, as late as they could. */
  void settle() {
    while (!tasks.isEmpty() || !reads.isEmpty()) {
      Runnable next = tasks.isEmpty() ? reads.poll() : tasks.poll();
      next.run();
    }
  }

  /** Runs until an instant, jumping from alarm to alarm. */
  void runUntil(Instant end) {
    settle();
    while (!alarms.isEmpty() && !alarms.peek().at().isAfter(end)) {
      Alarm alarm = alarms.poll();
      if (alarm.at().isAfter(clock.instant())) {
        clock.moveTo(alarm.at());
      }
      alarm.task().run();
      settle();
    }
    if (end.isAfter(clock.instant())) {
      clock.moveTo(end);
    }
  }

  void runFor(Duration duration) {
    runUntil(clock.instant().plus(duration));
  }

  Delivery delivery(EventId id, String name) {
    return store.deliveries(id).stream()
        .filter(delivery -> delivery.target().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Offsets of all requests from the first. */
  List<Long> offsetsSeconds() {
    Instant first = sent.get(0).at();
    return sent.stream().map(one -> Duration.between(first, one.at()).toSeconds()).toList();
  }

  void pause(String name, boolean pause) {
    store.setPaused(name, pause);
    dispatcher.setPaused(name, pause);
  }

  Set<String> names() {
    return targets.keySet();
  }

  private final class Client implements TargetClient {
    @Override
    public void send(
        TargetConfig config, OutboundRequest request, Consumer<TargetAnswer> answered) {
      if (config.url().getPath().endsWith("/token")) {
        token(answered);
        return;
      }
      String id = header(request, "Relay-Event-Id").orElseThrow();
      Sent one =
          new Sent(
              config.name(),
              EventId.parse(id),
              Integer.parseInt(header(request, "Relay-Attempt").orElseThrow()),
              clock.instant());
      sent.add(one);
      authorizations.add(header(request, "Authorization").orElse(""));
      onSend.accept(one);
      mostInFlight = Math.max(mostInFlight, inFlight.merge(config.name(), 1, Integer::sum));
      Instant started = clock.instant();
      Runnable answer =
          () -> {
            inFlight.merge(config.name(), -1, Integer::sum);
            answered.accept(
                new TargetAnswer(target.apply(one), started, clock.instant(), new byte[0]));
          };
      after(latency, answer);
    }

    private void token(Consumer<TargetAnswer> answered) {
      Instant started = clock.instant();
      tokenFetches.add(started);
      TokenReply reply = tokens.get();
      after(
          tokenLatency,
          () ->
              answered.accept(
                  new TargetAnswer(
                      reply.outcome(),
                      started,
                      clock.instant(),
                      reply.body().getBytes(StandardCharsets.UTF_8))));
    }

    private void after(Duration wait, Runnable answer) {
      if (wait.isZero()) {
        tasks.add(answer);
      } else {
        alarms.add(new Alarm(clock.instant().plus(wait), order++, answer));
      }
    }

    private Optional<String> header(OutboundRequest request, String name) {
      return request.headers().stream()
          .filter(header -> header.name().equals(name))
          .map(Header::value)
          .findFirst();
    }

    @Override
    public void close() {}
  }
}
