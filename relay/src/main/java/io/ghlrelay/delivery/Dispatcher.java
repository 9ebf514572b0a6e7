package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings pending deliveries to their targets: one {@link Lane} each, all on one loop, which does no
 * blocking work; requests run on the client's threads and disk reads on the reader's. Thread-safe.
 */
public final class Dispatcher implements AutoCloseable {
  /** Body bytes that may wait in memory for their first attempt. */
  private static final long BODY_BUDGET = 64L << 20;

  /** Threads that read the store for due deliveries; reads are short and mostly cached. */
  private static final int READERS = 2;

  /** How often a drain looks whether it is done. */
  private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Loop loop;
  private final Lane.Parts parts;
  private final DirectLine direct;
  private final DeliveryMetrics metrics;
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final Runnable stopThreads;

  /**
   * A dispatcher on one of the delivery's event loops, with threads of its own for reading ({@code
   * relay-reader}). A thread of its own for dispatching would have to be woken for each answer and
   * each commit, which costs more than what it does then.
   *
   * @param loop owns every lane; not closed here
   * @param listener looks on
   */
  public static Dispatcher start(
      EventStore store,
      TargetClient client,
      EventExecutor loop,
      Clock clock,
      JitterSource jitter,
      DeliveryMetrics metrics,
      DeliveryListener listener) {
    ExecutorService reader =
        Executors.newFixedThreadPool(READERS, new DefaultThreadFactory("relay-reader"));
    return new Dispatcher(
        store,
        client,
        clock,
        jitter,
        metrics,
        listener,
        Loop.on(loop, clock),
        reader,
        OrderedQueue.KNOWN,
        reader::shutdown);
  }

  /**
   * With a loop and reader of the caller's, for virtual time.
   *
   * @param known deliveries of a target that are known by their ordering key, at most
   */
  Dispatcher(
      EventStore store,
      TargetClient client,
      Clock clock,
      JitterSource jitter,
      DeliveryMetrics metrics,
      DeliveryListener listener,
      Loop loop,
      Executor reader,
      int known,
      Runnable stopThreads) {
    this.loop = loop;
    this.metrics = metrics;
    this.parts =
        new Lane.Parts(
            store,
            client,
            loop,
            reader,
            clock,
            jitter,
            new BodyBudget(BODY_BUDGET),
            known,
            listener);
    this.direct = new DirectLine(parts);
    this.stopThreads = stopThreads;
  }

  /**
   * Sets the targets: opens lanes for new ones, whose queues are then read from the store, and
   * stops lanes of targets that are gone. Queues are never dropped.
   *
   * @param targets by name
   * @param paused names of paused targets
   */
  public void configure(Map<String, TargetConfig> targets, Set<String> paused) {
    Map<String, TargetConfig> wanted = new LinkedHashMap<>(targets);
    Set<String> pausedNow = Set.copyOf(paused);
    loop.execute(
        () -> {
          wanted.forEach((name, config) -> openOrConfigure(config, pausedNow.contains(name)));
          lanes.forEach(
              (name, lane) -> {
                if (!wanted.containsKey(name)) {
                  lane.remove();
                }
              });
        });
  }

  private void openOrConfigure(TargetConfig config, boolean paused) {
    Lane lane = lanes.get(config.name());
    if (lane != null) {
      lane.configure(config);
      return;
    }
    lane = new Lane(config, paused, parts, metrics.target(config.name()));
    lanes.put(config.name(), lane);
    lane.pump();
  }

  /**
   * A new event is durable: its first attempts start at once, from memory. Call it before anything
   * else learns of the event.
   */
  public void admitted(Admitted.Stored stored, byte[] body) {
    var content = new Pending.Content(stored.event(), body);
    loop.execute(
        () -> {
          for (Delivery delivery : stored.deliveries()) {
            if (parts.store().attemptsHere(delivery.target())) {
              add(new Pending(delivery, content));
            }
          }
        });
  }

  /**
   * Forwards an event of a direct route: one attempt, at once or not at all, and nothing stored.
   *
   * @return completes on the dispatcher's loop, within the target's timeout
   */
  public CompletionStage<DirectResult> forward(String target, Event event, byte[] body) {
    CompletableFuture<DirectResult> result = new CompletableFuture<>();
    loop.execute(() -> direct.forward(lanes.get(target), event, body, result));
    return result;
  }

  /** Deliveries have become pending in the store, by replay or by another relay. */
  public void pending(List<Delivery> deliveries) {
    List<Delivery> added = List.copyOf(deliveries);
    loop.execute(() -> added.forEach(delivery -> add(new Pending(delivery, null))));
  }

  /** Whatever is pending in the store is read again: it may hold what nobody has told of. */
  public void reread() {
    loop.execute(() -> lanes.values().forEach(Lane::reread));
  }

  /** Which targets are paused now. */
  public void pausesChanged(Set<String> paused) {
    Set<String> now = Set.copyOf(paused);
    loop.execute(() -> lanes.forEach((name, lane) -> lane.setPaused(now.contains(name))));
  }

  private void add(Pending pending) {
    Lane lane = lanes.get(pending.delivery().target());
    if (lane != null) {
      lane.add(pending);
    } // else the target has just gone from the configuration: the store keeps the delivery
  }

  /** Pauses or resumes a target; unknown names are ignored. */
  public void setPaused(String target, boolean paused) {
    loop.execute(
        () -> {
          Lane lane = lanes.get(target);
          if (lane != null) {
            lane.setPaused(paused);
          }
        });
  }

  /**
   * These events are gone from the store: no attempt for them is started any more. Those in flight
   * end, and leave nothing behind.
   */
  public void removed(Collection<EventId> events) {
    Set<EventId> gone = Set.copyOf(events);
    loop.execute(() -> lanes.values().forEach(lane -> lane.forget(gone)));
  }

  /** Attempts in flight to a target. */
  public int inFlight(String target) {
    Lane lane = lanes.get(target);
    return lane == null ? 0 : lane.inFlight();
  }

  /** When a target's next attempt is due, as far as its lane has read; null if none. */
  public @Nullable Instant nextDue(String target) {
    Lane lane = lanes.get(target);
    return lane == null ? null : lane.nextDue();
  }

  /** Where a target's circuit breaker stands; null if it has none. */
  public @Nullable BreakerState breaker(String target) {
    Lane lane = lanes.get(target);
    return lane == null ? null : lane.breaker();
  }

  /**
   * Starts no further attempt and waits until those in flight have ended and are recorded.
   *
   * @param grace how long to wait at most
   * @return false if attempts were still in flight; they stay pending and are made again
   */
  public boolean drain(Duration grace) {
    CompletableFuture<Void> idle = new CompletableFuture<>();
    loop.execute(
        () -> {
          lanes.values().forEach(Lane::drain);
          completeWhenIdle(idle);
        });
    try {
      idle.get(grace.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      log.warn("Attempts were still in flight after {}; deliveries stay pending.", grace);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void completeWhenIdle(CompletableFuture<Void> idle) {
    if (lanes.values().stream().mapToInt(Lane::busy).sum() == 0) {
      idle.complete(null);
    } else if (!idle.isDone()) {
      loop.at(parts.clock().instant().plus(DRAIN_LOOK), () -> completeWhenIdle(idle));
    }
  }

  /** Stops at once; see {@link #drain}. The store and the client are the caller's to close. */
  @Override
  public void close() {
    stopThreads.run();
  }
}
