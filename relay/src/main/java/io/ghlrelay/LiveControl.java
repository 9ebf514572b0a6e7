package io.ghlrelay;

import io.ghlrelay.admin.RelayControl;
import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigProblem;
import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.StoreConfig;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.ingress.CompanyDirectory;
import io.ghlrelay.ingress.IngressServer;
import io.ghlrelay.ingress.Intake;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Header;
import io.ghlrelay.store.StoreStats;
import io.ghlrelay.store.StoreUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the admin API and signals may do with the running relay. Thread-safe. */
final class LiveControl implements RelayControl {
  private static final String MANUAL = "replay";
  private static final Logger log = LoggerFactory.getLogger(LiveControl.class);

  private final Relay.ConfigSource source;
  private final CryptoProviders crypto;
  private final EventStore store;
  private final Dispatcher dispatcher;
  private final CompanyDirectory companies;
  private final Intake intake;
  private final Clock clock;
  private volatile RelayConfig config;
  private volatile @Nullable IngressServer ingress;
  private volatile boolean draining;
  private volatile Set<String> pausedLast = Set.of();

  LiveControl(
      Relay.ConfigSource source,
      RelayConfig config,
      CryptoProviders crypto,
      EventStore store,
      Dispatcher dispatcher,
      CompanyDirectory companies,
      Intake intake,
      Clock clock) {
    this.source = source;
    this.config = config;
    this.crypto = crypto;
    this.store = store;
    this.dispatcher = dispatcher;
    this.companies = companies;
    this.intake = intake;
    this.clock = clock;
  }

  void listening(IngressServer server) {
    ingress = server;
  }

  void draining() {
    draining = true;
  }

  @Override
  public RelayConfig config() {
    return config;
  }

  @Override
  public List<TargetStatus> targets() {
    Set<String> paused = paused();
    Map<String, StoreStats.TargetStats> stats = store.stats().targets();
    List<TargetStatus> targets = new ArrayList<>();
    for (TargetConfig target : config.targets().values()) {
      StoreStats.TargetStats counted =
          stats.getOrDefault(target.name(), new StoreStats.TargetStats(0, 0, null));
      targets.add(
          new TargetStatus(
              target,
              paused.contains(target.name()),
              dispatcher.inFlight(target.name()),
              counted.pending(),
              counted.dead(),
              counted.oldestPending(),
              dispatcher.nextDue(target.name()),
              dispatcher.breaker(target.name())));
    }
    return targets;
  }

  /** As last read, while a shared store is away: what is wrong then is to be seen, not refused. */
  private Set<String> paused() {
    if (store.mayDeliver()) {
      try {
        pausedLast = store.pausedTargets();
      } catch (StoreUnavailableException e) {
        log.debug("The pauses last known stand.", e);
      }
    }
    return pausedLast;
  }

  @Override
  public Relays relays() {
    return isShared() ? new Relays(true, store.relays()) : Relays.ALONE;
  }

  private boolean isShared() {
    return config.store().engine() instanceof StoreConfig.Postgres;
  }

  @Override
  public boolean pause(String target) {
    return setPaused(target, true);
  }

  @Override
  public boolean resume(String target) {
    return setPaused(target, false);
  }

  private boolean setPaused(String target, boolean paused) {
    if (!config.targets().containsKey(target)) {
      return false;
    }
    store.setPaused(target, paused);
    dispatcher.setPaused(target, paused);
    log.info("Target {} is {}.", target, paused ? "paused" : "resumed");
    return true;
  }

  @Override
  public Optional<List<String>> replay(EventId id, @Nullable List<String> targets) {
    Optional<Event> event = store.event(id);
    if (event.isEmpty()) {
      return Optional.empty();
    }
    List<RoutedTarget> to =
        targets != null
            ? targets.stream().map(target -> new RoutedTarget(target, MANUAL)).toList()
            : undelivered(event.get());
    try {
      List<Delivery> replayed = store.replay(id, to, clock.instant()).toCompletableFuture().join();
      dispatcher.pending(
          replayed.stream().filter(one -> store.attemptsHere(one.target())).toList());
      return Optional.of(replayed.stream().map(Delivery::target).toList());
    } catch (CompletionException e) {
      throw new StoreUnavailableException("the replay could not be stored", e.getCause());
    }
  }

  @Override
  public int remove(List<EventId> ids) {
    try {
      int removed = store.remove(ids).toCompletableFuture().join();
      dispatcher.removed(ids);
      return removed;
    } catch (CompletionException e) {
      throw new StoreUnavailableException("the events could not be removed", e.getCause());
    }
  }

  @Override
  public boolean forgetCompany(String location) {
    boolean known = store.forgetCompany(location);
    companies.forget(location);
    return known;
  }

  @Override
  public void erase() {
    store.erase();
  }

  private List<RoutedTarget> undelivered(Event event) {
    List<Delivery> deliveries = store.deliveries(event.id());
    if (deliveries.isEmpty()) {
      return routeNow(event);
    }
    return deliveries.stream()
        .filter(delivery -> delivery.state() == DeliveryState.DEAD)
        .map(delivery -> new RoutedTarget(delivery.target(), delivery.route()))
        .toList();
  }

  /**
   * Where the event would go by the routes in force. The target of a direct route gets a stored
   * event as any other does: the platform does not wait for it any more.
   */
  private List<RoutedTarget> routeNow(Event event) {
    return intake
        .rules()
        .routes()
        .route(event.envelope(), companies.companyOf(event.envelope()))
        .targets();
  }

  @Override
  public List<RoutingTable.Explanation> explainRoutes(Event event) {
    return intake.rules().routes().explain(event.envelope(), companies.companyOf(event.envelope()));
  }

  @Override
  public Verification verifyNow(Event event, byte[] body) {
    return intake
        .rules()
        .verifier()
        .verify(
            body,
            values(event, SignatureScheme.ED25519.header()),
            values(event, SignatureScheme.RSA_SHA256.header()));
  }

  private static List<String> values(Event event, String header) {
    return event.headers().stream()
        .filter(one -> one.name().equalsIgnoreCase(header))
        .map(Header::value)
        .toList();
  }

  @Override
  public synchronized List<String> reload() throws ConfigException {
    RelayConfig fresh = source.load();
    List<String> warnings = new ArrayList<>();
    fresh.warnings().forEach(warning -> warnings.add(warning.toString()));
    Map<String, Boolean> fixed = new HashMap<>();
    fixed.put("ingress.listen", fresh.ingress().listen().equals(config.ingress().listen()));
    fixed.put("admin", fresh.admin().equals(config.admin()));
    fixed.put("store", fresh.store().equals(config.store()));
    fixed.forEach(
        (section, same) -> {
          if (!same) {
            warnings.add(section + ": changes here need a restart; the old values stay in force");
          }
        });
    // What can fail comes first: all or nothing.
    Runnable ingressChange = prepared(fresh.ingress());
    intake.swap(Relay.rules(fresh, crypto));
    dispatcher.configure(fresh.targets(), store.pausedTargets());
    ingressChange.run();
    config =
        new RelayConfig(
            fresh.ingress().withListen(config.ingress().listen()),
            config.admin(),
            fresh.verification(),
            config.store(),
            fresh.retryPolicies(),
            fresh.targets(),
            fresh.routes(),
            fresh.warnings());
    warnings.forEach(warning -> log.warn("{}", warning));
    log.info(
        "Configuration reloaded: {} targets, {} routes, {} keys.",
        fresh.targets().size(),
        fresh.routes().size(),
        fresh.verification().keys().size());
    return warnings;
  }

  private Runnable prepared(IngressConfig fresh) throws ConfigException {
    IngressServer server = ingress;
    try {
      if (server == null) {
        throw new IOException("the relay is still starting; try again");
      }
      return server.prepare(fresh);
    } catch (IOException e) {
      throw new ConfigException(
          List.of(new ConfigProblem("ingress", 0, 0, String.valueOf(e.getMessage()))));
    }
  }

  @Override
  public List<Check> readiness() {
    StoreStats stats = store.stats();
    boolean listening = ingress != null;
    List<Check> checks = new ArrayList<>();
    checks.add(new Check("listener", listening, listening ? "takes events" : "not yet listening"));
    checks.add(
        new Check(
            "store", stats.writable(), stats.problem() == null ? "takes writes" : stats.problem()));
    if (isShared()) {
      boolean holds = store.mayDeliver();
      checks.add(
          new Check(
              "lease",
              holds,
              holds
                  ? "held"
                  : "not renewed in time: other relays may deliver what was this one's"));
    }
    checks.add(new Check("draining", !draining, draining ? "the relay is stopping" : "no"));
    return checks;
  }
}
