package io.ghlrelay.admin;

import io.ghlrelay.delivery.BreakerState;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.SharedStore.RelayInfo;
import io.ghlrelay.store.StoreStats;
import io.ghlrelay.store.StoreUnavailableException;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gauges that are read off the relay rather than counted: refreshed by {@link #refresh}, every few
 * seconds, by whoever owns a timer. Thread-safe.
 */
public final class RelayGauges implements AutoCloseable {
  /** Counting what each relay holds takes a database long when that is much. */
  private static final Duration RELAYS_EVERY = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(RelayGauges.class);

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
  private volatile double alive = 1;
  private volatile double gone;
  private volatile double configs = 1;
  private volatile double held;
  private Instant relaysSeen = Instant.MIN;

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
    registerRelays(registry);
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

  /**
   * Also of a relay with a store of its own, so that panels and alerts need not tell them apart.
   */
  private void registerRelays(MeterRegistry registry) {
    Gauge.builder("relay.cluster.relays", () -> alive)
        .description("Relays on this store: with a lease, and gone within a day.")
        .tags("state", "alive")
        .register(registry);
    Gauge.builder("relay.cluster.relays", () -> gone)
        .description("Relays on this store: with a lease, and gone within a day.")
        .tags("state", "gone")
        .register(registry);
    Gauge.builder("relay.cluster.configs", () -> configs)
        .description("Different configurations of the relays that are alive; 1 is right.")
        .register(registry);
    Gauge.builder("relay.cluster.held.deliveries", () -> held)
        .description("Pending deliveries that are this relay's to attempt.")
        .register(registry);
    Gauge.builder("relay.cluster.lease.held", () -> store.mayDeliver() ? 1 : 0)
        .description("1 if this relay may deliver; 0 if it could not renew its lease.")
        .register(registry);
  }

  /** Reads them anew. */
  public synchronized void refresh() {
    StoreStats stats = store.stats();
    unrouted = stats.unrouted();
    writable = stats.writable() ? 1 : 0;
    List<Row<?>> states = new ArrayList<>();
    List<Row<?>> ages = new ArrayList<>();
    List<Row<?>> pauses = new ArrayList<>();
    List<Row<?>> breakerStates = new ArrayList<>();
    List<RelayControl.TargetStatus> targets = relay.targets();
    refreshRelays(targets);
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
  }

  private void refreshRelays(List<RelayControl.TargetStatus> targets) {
    Instant now = clock.instant();
    if (now.isBefore(relaysSeen.plus(RELAYS_EVERY)) || !store.mayDeliver()) {
      return;
    }
    relaysSeen = now;
    try {
      RelayControl.Relays relays = relay.relays();
      if (!relays.shared()) {
        held = targets.stream().mapToLong(RelayControl.TargetStatus::pending).sum();
        return;
      }
      alive = relays.alive();
      gone = relays.all().size() - alive;
      configs = relays.configs().size();
      held = relays.all().stream().filter(RelayInfo::self).mapToLong(RelayInfo::pending).sum();
    } catch (StoreUnavailableException e) {
      log.debug("What was last seen of the relays stands.", e);
    }
  }

  @Override
  public void close() {
    gc.close();
  }
}
