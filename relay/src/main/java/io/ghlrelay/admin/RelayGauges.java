package io.ghlrelay.admin;

import io.ghlrelay.delivery.BreakerState;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.StoreStats;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gauges that are read off the relay rather than counted: refreshed by {@link #refresh}, every few
 * seconds, by whoever owns a timer. Thread-safe.
 */
public final class RelayGauges implements AutoCloseable {
  private final RelayControl relay;
  private final EventStore store;
  private final Clock clock;
  private final MultiGauge deliveries;
  private final MultiGauge oldest;
  private final MultiGauge paused;
  private final MultiGauge breakers;
  private final Map<String, Seen> seen = new HashMap<>();
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private volatile double unrouted;
  private volatile double writable = 1;

  /** What was last seen of a target; written by who refreshes, read by scrapes. */
  private static final class Seen {
    private volatile double inFlight;
    private volatile double waiting;
    private volatile double dead;
    private volatile double oldestSeconds;
    private volatile double paused;
    private volatile double breaker;

    void look(RelayControl.TargetStatus target, Clock clock) {
      inFlight = target.inFlight();
      waiting = Math.max(0, target.pending() - target.inFlight());
      dead = target.dead();
      oldestSeconds =
          target.oldestPending() == null
              ? 0
              : Math.max(
                  0, Duration.between(target.oldestPending(), clock.instant()).toMillis() / 1000.0);
      paused = target.paused() ? 1 : 0;
      BreakerState state = target.breaker();
      breaker = state == null ? 0 : state.ordinal();
    }
  }

  /** Registers them, with those of the JVM and the process. */
  public RelayGauges(
      MeterRegistry registry,
      RelayControl relay,
      EventStore store,
      Clock clock,
      String version,
      String commit) {
    this.relay = relay;
    this.store = store;
    this.clock = clock;
    this.deliveries =
        MultiGauge.builder("relay.deliveries")
            .description("Deliveries by state: in_flight, waiting, dead.")
            .register(registry);
    this.oldest =
        MultiGauge.builder("relay.oldest.pending.age")
            .baseUnit("seconds")
            .description("Age of the oldest pending delivery; 0 if none.")
            .register(registry);
    this.paused =
        MultiGauge.builder("relay.target.paused")
            .description("1 if the target is paused.")
            .register(registry);
    this.breakers =
        MultiGauge.builder("relay.target.breaker.state")
            .description("Circuit breaker: 0 closed or none, 1 half open, 2 open.")
            .register(registry);
    Gauge.builder("relay.unrouted.events", () -> unrouted)
        .description("Events held that no route took.")
        .register(registry);
    Gauge.builder("relay.store.writable", () -> writable)
        .description("1 if the store takes events.")
        .register(registry);
    Gauge.builder("relay.build.info", () -> 1)
        .description("Always 1; the labels tell the build.")
        .tags("version", version, "commit", commit)
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** Reads them anew. */
  public synchronized void refresh() {
    List<Row<?>> states = new ArrayList<>();
    List<Row<?>> ages = new ArrayList<>();
    List<Row<?>> pauses = new ArrayList<>();
    List<Row<?>> breakerStates = new ArrayList<>();
    List<RelayControl.TargetStatus> targets = relay.targets();
    seen.keySet().retainAll(targets.stream().map(one -> one.config().name()).toList());
    for (RelayControl.TargetStatus target : targets) {
      Seen one = seen.computeIfAbsent(target.config().name(), name -> new Seen());
      one.look(target, clock);
      Tags name = Tags.of("target", target.config().name());
      states.add(Row.of(name.and("state", "in_flight"), one, now -> now.inFlight));
      states.add(Row.of(name.and("state", "waiting"), one, now -> now.waiting));
      states.add(Row.of(name.and("state", "dead"), one, now -> now.dead));
      ages.add(Row.of(name, one, now -> now.oldestSeconds));
      pauses.add(Row.of(name, one, now -> now.paused));
      breakerStates.add(Row.of(name, one, now -> now.breaker));
    }
    // Rows that are there stay: one taken away and put back could be met twice by a scrape.
    deliveries.register(states, false);
    oldest.register(ages, false);
    paused.register(pauses, false);
    breakers.register(breakerStates, false);
    StoreStats stats = store.stats();
    unrouted = stats.unrouted();
    writable = stats.writable() ? 1 : 0;
  }

  @Override
  public void close() {
    gc.close();
  }
}
