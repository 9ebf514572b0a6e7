package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.store.postgres.FaultProxy;
import io.ghlrelay.store.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three packaged relays on one database: one after the other is killed and started again, the
 * database crashes twice, and one relay's network to it is cut for longer than a lease. {@code
 * conformance/campaign/cluster} is the long form.
 */
@Timeout(1_800)
@Tag("once")
class ClusterChaosIT {
  private static final int EVENTS = Integer.getInteger("cluster.events", 16_000);
  private static final int RATE = Integer.getInteger("cluster.rate", 200);
  private static final Duration KILL_EVERY =
      Duration.ofSeconds(Integer.getInteger("cluster.killSeconds", 10));

  /** Within which deliveries of a dead relay go on, as users are told: see OPERATIONS.md. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  private static final Duration CUT = LEASE.plusSeconds(6);

  /**
   * What a slow processor may add: relays start beside the load, and one that has just taken over
   * may be the next to be killed.
   */
  private static final Duration MARGIN =
      Duration.ofSeconds(Integer.getInteger("cluster.marginSeconds", 10));

  /** Twice the time-out of a connection to the database: the processors are busy. */
  private static final Duration ANSWER = Duration.ofSeconds(12);

  private static final String SETTINGS =
      """
      retryPolicies:
        soon: {minBackoff: 2s, factor: 2, maxBackoff: 30s, jitter: {on: first, min: 1s, max: 3s}, maxRetries: 30}
      targets: {sink: {url: "%s", retry: soon, concurrency: 64, catchUp: {over: 0s}}}
      routes: [{to: [sink]}]
      """;

  @TempDir private Path folder;

  private final SigningKeys keys = SigningKeys.shared();
  private final Map<String, Integer> taken = new ConcurrentHashMap<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<ClusterRelay> relays = new ArrayList<>();
  private final List<ClusterAudit.Outage> outages = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Held while the third relay must not be killed, or is not there. */
  private final Semaphore third = new Semaphore(1);

  private TestDatabase database;
  private FaultProxy cable;
  private SinkServer sink;
  private int kills;

  @BeforeEach
  void start() throws Exception {
    database = TestDatabase.shared();
    database.clear();
    cable = new FaultProxy(database.port());
    sink = SinkServer.configure().keep(0).handler(this::answer).start();
    Path password = Files.writeString(folder.resolve("password"), database.password());
    for (int number = 1; number <= 3; number++) {
      int port = number == 3 ? cable.port() : database.port();
      ClusterRelay relay =
          new ClusterRelay(
              folder,
              "relay-" + number,
              keys,
              "url: \"postgresql://127.0.0.1:%d/relay\", user: %s, passwordFile: \"%s\""
                  .formatted(port, database.user(), password),
              SETTINGS.formatted(sink.url("/hooks")));
      relays.add(relay);
      relay.start();
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (ClusterRelay relay : relays) {
      relay.close();
      Files.writeString(Path.of("target", "cluster-" + relay.name() + ".log"), relay.log());
    }
    if (sink != null) {
      sink.close();
    }
    if (cable != null) {
      cable.close();
    }
  }

  /** 503 to the first attempt of one event in ten, and to the first three of one in a hundred. */
  private SinkAnswer answer(SinkRequest request) {
    String id = Objects.requireNonNull(request.webhookId());
    int number = Integer.parseInt(id.substring(id.indexOf('-') + 1));
    if (request.attempt() <= (number % 100 == 0 ? 3 : number % 10 == 0 ? 1 : 0)) {
      refused.incrementAndGet();
      return SinkAnswer.of(503);
    }
    taken.merge(id, 1, Integer::sum);
    return SinkAnswer.of(200);
  }

  /** Waits; true = the load is over. */
  private boolean isOver(Duration wait) throws InterruptedException {
    return over.await(wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Void killOneAfterTheOther() throws Exception {
    Instant next = Instant.now().plus(KILL_EVERY);
    for (int turn = 0; !isOver(Duration.between(Instant.now(), next)); turn++) {
      Instant now = Instant.now();
      next = next.plus(KILL_EVERY).isAfter(now) ? next.plus(KILL_EVERY) : now;
      ClusterRelay victim = relays.get(turn % relays.size());
      boolean isThird = victim == relays.get(2);
      if (isThird && !third.tryAcquire()) {
        victim = relays.get(++turn % relays.size());
        isThird = false;
      }
      try {
        victim.kill();
        kills++;
        victim.start();
      } finally {
        if (isThird) {
          third.release();
        }
      }
    }
    return null;
  }

  private Void crashDatabase(Duration... instants) throws Exception {
    for (Duration instant : instants) {
      if (isOver(instant)) {
        return null;
      }
      Instant from = Instant.now();
      database.crash();
      outages.add(new ClusterAudit.Outage(from, Instant.now()));
    }
    return null;
  }

  private Void cutNetwork(Duration instant) throws Exception {
    if (!isOver(instant)) {
      third.acquire();
      if (!isOver(Duration.ofSeconds(2))) { // it has work by then
        cable.cut();
        boolean early = isOver(CUT);
        cable.heal();
        assertThat(early).as("the load ended during the cut").isFalse();
      }
      third.release();
    }
    return null;
  }

  @Test
  void killsCrashesAndACutLoseNothingAdmitNothingTwiceAndLeaveNothingBehind() throws Exception {
    List<java.net.URI> urls = relays.stream().map(ClusterRelay::webhooks).toList();
    Duration whole = Duration.ofMillis(EVENTS * 1_000L / RATE);
    ExecutorService faults = Executors.newCachedThreadPool();
    try (ClusterLoad load = new ClusterLoad(urls, keys, EVENTS, RATE)) {
      load.start();
      List<Callable<Void>> work =
          List.of(
              this::killOneAfterTheOther,
              () -> crashDatabase(whole.dividedBy(5), whole.multipliedBy(55).dividedBy(100)),
              () -> cutNetwork(whole.multipliedBy(3).dividedBy(10)));
      List<Future<Void>> running = work.stream().map(faults::submit).toList();
      load.await(whole.plusMinutes(5));
      over.countDown();
      for (Future<Void> one : running) {
        one.get();
      }
      Instant sent = Instant.now();
      try (Connection connection = database.connect()) {
        await()
            .atMost(LEASE.multipliedBy(9))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> ClusterAudit.pending(connection) == 0);
        Duration drained = Duration.between(sent, Instant.now());
        ClusterAudit audit = ClusterAudit.of(connection, outages);
        print(load, audit, drained);
        check(load, audit);
      }
    } finally {
      over.countDown();
      faults.shutdownNow();
    }
  }

  private void print(ClusterLoad load, ClusterAudit audit, Duration drained) {
    Set<String> acknowledged = load.acknowledged();
    System.out.printf(
        "events %d at %d/s; relays killed %d (starts that gave up: %d), database crashes %d, cuts 1%n",
        EVENTS,
        RATE,
        kills,
        relays.stream().mapToInt(ClusterRelay::failedStarts).sum(),
        outages.size());
    System.out.printf(
        "acknowledged %d, lost %d, admitted twice %d; answers %s, longest %.1f s%n",
        acknowledged.size(),
        lost(load).size(),
        audit.events() - audit.webhookIds().size(),
        load.answers(),
        load.longest().toMillis() / 1e3);
    int requests = taken.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "delivered %d in %d requests (repeated %d), refused by the target %d; attempts recorded %d,"
            + " of them retries %d, early %d; drained in %.1f s%n",
        taken.size(),
        requests,
        requests - taken.size(),
        refused.get(),
        audit.attempts(),
        audit.retries(),
        audit.early(),
        drained.toMillis() / 1e3);
    System.out.println("first attempts late: " + ClusterAudit.spread(audit.firstLate()));
    System.out.println("retries late:        " + ClusterAudit.spread(audit.retryLate()));
    for (ClusterRelay relay : relays) {
      System.out.printf(
          "%s: took over %d times, was given up %d times, outcomes that did not count %d%n",
          relay.name(),
          relay.logged("Took over"),
          relay.logged("Others have taken"),
          relay.logged("does not count"));
    }
  }

  private void check(ClusterLoad load, ClusterAudit audit) {
    assertThat(load.acknowledged()).hasSize(EVENTS);
    assertThat(lost(load)).as("lost").isEmpty();
    assertThat(audit.events()).as("admitted").isEqualTo(EVENTS);
    assertThat(audit.webhookIds()).isEqualTo(load.acknowledged());
    assertThat(audit.settled()).isEqualTo(EVENTS);
    assertThat(audit.delivered()).isEqualTo(EVENTS);
    assertThat(audit.retries()).isPositive();
    assertThat(audit.early()).as("attempts before they were due").isZero();
    assertThat(last(audit.firstLate())).as("stuck").isLessThan(LEASE.plus(MARGIN));
    assertThat(last(audit.retryLate())).as("off schedule").isLessThan(LEASE.plus(MARGIN));
    assertThat(load.longest()).as("an answer took").isLessThan(ANSWER);
    assertThat(kills).isPositive();
    assertThat(outages).hasSize(2);
    assertThat(relays.get(2).logged("Others have taken")).as("the cut was noticed").isPositive();
  }

  /** Acknowledged, and never delivered. */
  private Set<String> lost(ClusterLoad load) {
    Set<String> lost = new HashSet<>(load.acknowledged());
    lost.removeAll(taken.keySet());
    return lost;
  }

  private static Duration last(List<Duration> sorted) {
    return sorted.get(sorted.size() - 1);
  }
}
