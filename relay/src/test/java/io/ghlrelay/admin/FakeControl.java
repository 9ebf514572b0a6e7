package io.ghlrelay.admin;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigProblem;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.delivery.BreakerState;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.StoreUnavailableException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A relay that only the admin API sees. */
final class FakeControl implements RelayControl {
  final List<EventId> replayed = new ArrayList<>();
  @Nullable RelayConfig config;
  boolean ready = true;
  boolean broken;
  boolean paused;
  boolean eraseFails;
  Relays relays = Relays.ALONE;
  final AtomicInteger erased = new AtomicInteger();
  @Nullable BreakerState breaker;
  private final EventStore store;
  private final Clock clock;

  FakeControl(EventStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public List<TargetStatus> targets() {
    return config().targets().values().stream()
        .map(target -> new TargetStatus(target, paused, 1, 2, 3, null, clock.instant(), breaker))
        .toList();
  }

  @Override
  public Relays relays() {
    return relays;
  }

  @Override
  public boolean pause(String target) {
    return config().targets().containsKey(target);
  }

  @Override
  public boolean resume(String target) {
    return config().targets().containsKey(target);
  }

  @Override
  public Optional<List<String>> replay(EventId id, @Nullable List<String> targets) {
    replayed.add(id);
    return store.event(id).map(event -> targets == null ? List.of("crm") : targets);
  }

  @Override
  public int remove(List<EventId> ids) {
    return store.remove(ids).toCompletableFuture().join();
  }

  @Override
  public boolean forgetCompany(String location) {
    return store.forgetCompany(location);
  }

  @Override
  public void erase() {
    if (eraseFails) {
      throw new StoreUnavailableException("no room", null);
    }
    erased.incrementAndGet();
  }

  @Override
  public List<RoutingTable.Explanation> explainRoutes(Event event) {
    return new RoutingTable(config().routes()).explain(event.envelope(), null);
  }

  @Override
  public Verification verifyNow(Event event, byte[] body) {
    return new Verification.Verified(event.verified(), "ghl");
  }

  @Override
  public List<String> reload() throws ConfigException {
    if (broken) {
      throw new ConfigException(List.of(new ConfigProblem("relay.yaml", 1, 2, "wrong")));
    }
    return List.of("a warning");
  }

  @Override
  public RelayConfig config() {
    return Objects.requireNonNull(config);
  }

  @Override
  public List<Check> readiness() {
    return List.of(new Check("store", ready, "detail"));
  }
}
