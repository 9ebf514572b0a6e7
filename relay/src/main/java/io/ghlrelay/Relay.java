package io.ghlrelay;

import io.ghlrelay.admin.Activity;
import io.ghlrelay.admin.AdminServer;
import io.ghlrelay.admin.AuditLog;
import io.ghlrelay.admin.LiveFeed;
import io.ghlrelay.admin.RelayGauges;
import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.delivery.DeliveryMetrics;
import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.delivery.HttpTargetClient;
import io.ghlrelay.delivery.TargetClient;
import io.ghlrelay.ingress.CompanyDirectory;
import io.ghlrelay.ingress.IngressMetrics;
import io.ghlrelay.ingress.IngressServer;
import io.ghlrelay.ingress.Intake;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.RandomJitter;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.time.SteadyClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running relay: builds the parts, hands each what it needs, and stops them in order. Usable as a
 * library. Thread-safe.
 */
public final class Relay implements AutoCloseable {
  /** How long attempts in flight may go on when the relay stops. */
  public static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration GAUGES_EVERY = Duration.ofSeconds(2);
  private static final Duration PURGE_EVERY = Duration.ofMinutes(1);
  private static final Duration CERTIFICATE_EVERY = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final Transport transport;
  private final PrometheusMeterRegistry registry;
  private final Activity activity;
  private final LiveFeed feed;
  private final AuditLog audit;
  private final EventStore store;
  private final TargetClient client;
  private final Dispatcher dispatcher;
  private final IngressServer ingress;
  private final AdminServer admin;
  private final RelayGauges gauges;
  private final ScheduledExecutorService housekeeping;
  private final LiveControl control;

  /** Where a configuration comes from; asked again on each reload. */
  @FunctionalInterface
  public interface ConfigSource {
    /** Loads it. */
    RelayConfig load() throws ConfigException;
  }

  /** Starts a relay on the system's clock with random jitter. */
  public static Relay start(ConfigSource source) throws ConfigException, IOException {
    return start(source, new SteadyClock(), new RandomJitter());
  }

  /**
   * Starts a relay.
   *
   * @param source loaded now, and again on each reload
   * @param clock the one clock of schedules and records
   * @param jitter where jitter comes from
   * @throws ConfigException if the configuration is not valid
   * @throws IOException if an address cannot be bound
   * @throws io.ghlrelay.store.StoreUnavailableException if the store cannot be opened
   */
  public static Relay start(ConfigSource source, Clock clock, JitterSource jitter)
      throws ConfigException, IOException {
    return start(source, clock, jitter, UnaryOperator.identity());
  }

  /** With something around the store, for tests of a store that is slow. */
  static Relay start(
      ConfigSource source, Clock clock, JitterSource jitter, UnaryOperator<EventStore> around)
      throws ConfigException, IOException {
    RelayConfig config = source.load();
    config.warnings().forEach(warning -> log.warn("{}", warning));
    return new Relay(source, config, clock, jitter, around);
  }

  private Relay(
      ConfigSource source,
      RelayConfig config,
      Clock clock,
      JitterSource jitter,
      UnaryOperator<EventStore> around)
      throws IOException {
    // Beside the opening of the store: each takes a tenth of a second or two.
    CompletableFuture<CryptoProviders> choosing =
        CompletableFuture.supplyAsync(CryptoProviders::choose);
    this.audit = AuditLog.open(config.admin(), clock);
    this.registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    this.activity = new Activity(registry, clock);
    this.feed = new LiveFeed(Long.toString(clock.millis(), Character.MAX_RADIX));
    this.store =
        around.apply(
            Stores.open(config.store().engine(), config.store().retention(), clock, registry));
    CryptoProviders crypto = choosing.join();
    log.info("Signatures are verified by {}.", crypto.describe());
    this.transport = Transport.open();
    log.info("Network transport: {}.", transport.name());
    this.client = new HttpTargetClient(transport.delivery(), transport.clientType(), clock);
    this.dispatcher =
        Dispatcher.start(
            store,
            client,
            transport.delivery().next(),
            clock,
            jitter,
            new DeliveryMetrics(registry),
            this::attempted);
    CompanyDirectory companies = new CompanyDirectory(store.learntCompanies());
    IngressMetrics ingressMetrics = new IngressMetrics(registry);
    Intake intake =
        new Intake(
            rules(config, crypto),
            store,
            companies,
            this::stored,
            new DirectRoutes(dispatcher, activity::forwarded),
            ingressMetrics,
            clock);
    this.control =
        new LiveControl(source, config, crypto, store, dispatcher, companies, intake, clock);
    this.gauges =
        new RelayGauges(registry, control, store, clock, Version.version(), Version.commit());
    this.housekeeping =
        Executors.newSingleThreadScheduledExecutor(
            new DefaultThreadFactory("relay-housekeeping", true));
    try {
      dispatcher.configure(config.targets(), store.pausedTargets());
      store.watch(new Others(dispatcher, companies), new Self(control::config));
      this.admin =
          AdminServer.start(
              config.admin(),
              new AdminServer.Sources(
                  control,
                  store,
                  registry,
                  activity,
                  feed,
                  audit,
                  clock,
                  Version.version(),
                  Version.commit()));
      this.ingress =
          IngressServer.start(
              config.ingress(),
              transport.ingress(),
              transport.serverType(),
              intake,
              ingressMetrics,
              clock);
    } catch (IOException | RuntimeException e) {
      stopParts();
      throw e;
    }
    startHousekeeping(clock);
    control.listening(ingress);
    log.info("Ready: {}.", addresses());
  }

  /**
   * Where it listens, in words: {@code events at http://..., console and admin API at http://...}.
   */
  public String addresses() {
    IngressConfig config = control.config().ingress();
    return "events at %s://%s%s, console and admin API at http://%s"
        .formatted(
            config.tls() == null ? "http" : "https",
            text(ingress.address()),
            config.path(),
            text(admin.address()));
  }

  /** First attempts start before anybody else learns of the event. */
  private void stored(Admitted.Stored stored, byte[] body) {
    dispatcher.admitted(stored, body);
    activity.stored(stored);
    feed.stored(stored);
  }

  private void attempted(Event event, Delivery after, Attempt attempt) {
    activity.attempted(event, after, attempt);
    feed.attempted(event, after, attempt);
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** What the ingress goes by under a configuration. */
  static Intake.Rules rules(RelayConfig config, CryptoProviders crypto) {
    return new Intake.Rules(
        new SignatureVerifier(config.verification().keys(), crypto),
        config.verification().apps(),
        new RoutingTable(config.routes()));
  }

  private void startHousekeeping(Clock clock) {
    every(GAUGES_EVERY, "refreshing gauges", gauges::refresh);
    every(GAUGES_EVERY, "sampling what happened", activity::sample);
    every(CERTIFICATE_EVERY, "looking at the certificate", ingress::refreshCertificate);
    every(
        PURGE_EVERY,
        "purging what has left the retention",
        () -> store.purge(clock.instant().minus(control.config().store().retention())));
  }

  /** A task that fails is logged and runs again: an executor would drop it silently. */
  private void every(Duration period, String what, Runnable task) {
    housekeeping.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            log.warn("Error while {}.", what, e);
          }
        },
        0,
        period.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Where events are taken. */
  public InetSocketAddress ingressAddress() {
    return ingress.address();
  }

  /** Where the admin API listens. */
  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** The store, for looking on. */
  public EventStore store() {
    return store;
  }

  /**
   * Reads the configuration again and applies it, all or nothing.
   *
   * @return warnings, as text
   * @throws ConfigException if it is not valid; the old one stays in force
   */
  public List<String> reload() throws ConfigException {
    reopenAudit();
    int status = 500;
    try {
      List<String> warnings = control.reload();
      status = 200;
      return warnings;
    } catch (ConfigException e) {
      status = 422;
      throw e;
    } finally {
      audit.record(
          new AuditLog.Entry(
              UUID.randomUUID().toString(), AuditLog.PROCESS, null, "reload", null, null, status));
    }
  }

  /** Whoever moves the file away, sends SIGHUP for a new one. */
  private void reopenAudit() {
    try {
      audit.reopen();
    } catch (IOException e) {
      log.error("{}; the old one stays in use.", e.getMessage());
    }
  }

  /**
   * Asks everything that must not hang: each event loop, and the store. What they answer does not
   * matter, only that they do: a full disk is no reason to be started again.
   *
   * @return completes when all have answered, fails when one has ended
   */
  public CompletableFuture<Void> pulse() {
    List<CompletableFuture<Void>> answers = new ArrayList<>();
    for (EventLoopGroup group : List.of(transport.ingress(), transport.delivery())) {
      group.forEach(loop -> answers.add(CompletableFuture.runAsync(() -> {}, loop)));
    }
    control.readiness();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Stops: takes no new event, finishes what is in flight within {@link #GRACE}, leaves the rest
   * pending in the store.
   */
  @Override
  public void close() {
    log.info("Stopping.");
    control.draining();
    ingress.drain();
    dispatcher.drain(GRACE);
    ingress.close();
    admin.close();
    stopParts();
    log.info("Stopped.");
  }

  private void stopParts() {
    housekeeping.shutdownNow();
    dispatcher.close();
    client.close();
    store.close();
    gauges.close();
    transport.close();
    audit.close();
  }
}
