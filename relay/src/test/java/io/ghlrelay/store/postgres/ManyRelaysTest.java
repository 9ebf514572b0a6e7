package io.ghlrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.SharedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What relays that share a database must do beside each other. */
@Tag("once")
class ManyRelaysTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestEvents events = new TestEvents(Clock.systemUTC());
  private final TestDatabase database = TestDatabase.shared();
  private final List<PostgresEventStore> open = new ArrayList<>();

  /** Notes what it is told. */
  private static final class Told implements SharedStore.Watcher {
    private final AtomicInteger queues = new AtomicInteger();
    private final List<Delivery> arrived = new CopyOnWriteArrayList<>();
    private volatile Set<String> paused = Set.of();
    private volatile Map<String, String> companies = Map.of();

    @Override
    public void queuesChanged() {
      queues.incrementAndGet();
    }

    @Override
    public void arrived(List<Delivery> deliveries) {
      arrived.addAll(deliveries);
    }

    @Override
    public void pausesChanged(Set<String> now) {
      paused = now;
    }

    @Override
    public void companiesChanged(Map<String, String> learnt) {
      companies = learnt;
    }
  }

  @BeforeEach
  void empty() {
    database.clear();
  }

  @AfterEach
  void close() {
    open.forEach(PostgresEventStore::close);
  }

  private PostgresEventStore relay(String name) {
    PostgresEventStore store =
        PostgresEventStore.open(
            "jdbc:" + database.url(),
            database.user(),
            database.password(),
            name,
            "1",
            Duration.ofDays(7),
            new SimpleMeterRegistry());
    open.add(store);
    return store;
  }

  private static Told share(PostgresEventStore store, String... ordered) {
    Told told = new Told();
    var member = new SharedStore.Member(Set.of("crm", "erp"), Set.of(ordered), "c1");
    store.watch(told, () -> member);
    return told;
  }

  private static Admitted admit(PostgresEventStore store, Admission admission) {
    return store.admit(admission).toCompletableFuture().join();
  }

  private static EventId stored(PostgresEventStore store, Admission admission) {
    return ((Admitted.Stored) admit(store, admission)).event().id();
  }

  private static List<EventId> due(PostgresEventStore store, String target) {
    return store.due(target, DuePosition.START, 1000).stream().map(Delivery::eventId).toList();
  }

  /** Records that a delivery has ended well; whether that was taken. */
  static boolean delivered(PostgresEventStore store, Delivery before) {
    Delivery after =
        new Delivery(
            before.eventId(),
            before.target(),
            before.route(),
            DeliveryState.DELIVERED,
            before.series(),
            new RetryProgress(before.progress().attempts() + 1, null, null, Duration.ZERO),
            null,
            null,
            before.updatedAt());
    Attempt attempt =
        new Attempt(
            before.series(),
            before.progress().attempts() + 1,
            Objects.requireNonNull(before.due()),
            before.updatedAt(),
            Duration.ofMillis(1),
            Outcome.answered(200),
            new byte[0],
            null);
    return store.record(before, after, attempt).toCompletableFuture().join();
  }

  /** As if a relay had been silent for longer than its lease. */
  private void letLapse(String name) throws SQLException {
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      statement.execute(
          "UPDATE ghl_relay.relay SET fenced = true, lease_until = now() - interval '1 second'"
              + " WHERE name = '"
              + name
              + "'");
    }
  }

  @Test
  void oneOfManyEqualAdmissionsIsStoredOnWhateverRelay() {
    List<PostgresEventStore> relays = List.of(relay("a"), relay("b"), relay("c"));
    int stored = 0;
    Set<EventId> first = new java.util.HashSet<>();
    for (int n = 0; n < 50; n++) {
      List<CompletableFuture<Admitted>> answers = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        answers.add(
            relays
                .get(i % 3)
                .admit(events.admission("w" + n, "{\"n\":" + n + "}", "crm"))
                .toCompletableFuture());
      }
      for (CompletableFuture<Admitted> answer : answers) {
        Admitted admitted = answer.join();
        if (admitted instanceof Admitted.Stored one) {
          stored++;
          first.add(one.event().id());
        } else {
          assertThat(relays.get(0).event(((Admitted.Duplicate) admitted).first())).isPresent();
        }
      }
    }
    assertThat(stored).isEqualTo(50);
    assertThat(relays.stream().mapToInt(relay -> due(relay, "crm").size()).sum()).isEqualTo(50);
    assertThat(first).hasSize(50);
  }

  /** One partition of keys follows another every 42 hours, with a retention of 7 days. */
  @Test
  void equalAdmissionsByClocksOnBothSidesOfAnEndOfAPartitionAreOne() {
    ManualClock early = new ManualClock();
    long width = Duration.ofHours(42).toSeconds();
    long now = early.instant().getEpochSecond();
    early.advance(Duration.ofSeconds(width - Math.floorMod(now, width) - 20));
    ManualClock late = new ManualClock();
    late.advance(Duration.between(late.instant(), early.instant().plusSeconds(40)));
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    TestEvents byEarly = new TestEvents(early);
    TestEvents byLate = new TestEvents(late);
    int stored = 0;
    for (int n = 0; n < 100; n++) {
      String body = "{\"n\":" + n + "}";
      var one = a.admit(byEarly.admission("w" + n, body)).toCompletableFuture();
      var other = b.admit(byLate.admission("w" + n, body)).toCompletableFuture();
      stored += one.join() instanceof Admitted.Stored ? 1 : 0;
      stored += other.join() instanceof Admitted.Stored ? 1 : 0;
    }
    assertThat(stored).isEqualTo(100);
  }

  @Test
  void aRelayThatFallsSilentLosesItsDeliveriesAndItsOutcomes() throws SQLException {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    EventId id = stored(a, events.admission("w1", "{}", "crm"));
    Delivery held = a.deliveries(id).get(0);
    assertThat(due(b, "crm")).as("another's").isEmpty();

    Told told = share(b); // a takes nothing over: nobody has told it of a target
    letLapse("a");

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(due(b, "crm")).containsExactly(id));
    await().atMost(PATIENCE).until(() -> told.queues.get() > 0);
    assertThat(delivered(a, held)).as("fenced").isFalse();
    assertThat(a.attempts(id, "crm")).isEmpty();
    assertThat(a.deliveries(id)).containsExactly(held);
    assertThat(delivered(b, held)).isTrue();
    assertThat(delivered(b, held)).as("once").isFalse();
    assertThat(a.deliveries(id).get(0).state()).isEqualTo(DeliveryState.DELIVERED);
  }

  @Test
  void aRelayThatStopsLeavesItsDeliveriesToTheOthersAtOnce() {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    share(b);
    List<EventId> ids = new ArrayList<>();
    for (int n = 0; n < 2 * Membership.BATCH + 1; n++) {
      ids.add(stored(a, events.admission("w" + n, "{\"n\":" + n + "}", "crm")));
    }

    a.close();
    open.remove(a);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(b.due("crm", DuePosition.START, 5000))
                    .extracting(Delivery::eventId)
                    .containsExactlyInAnyOrderElementsOf(ids));
    assertThat(b.relays())
        .extracting(SharedStore.RelayInfo::name, SharedStore.RelayInfo::alive)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", false),
            org.assertj.core.groups.Tuple.tuple("b", true));
    assertThat(b.relays().get(1).pending()).isEqualTo(ids.size());
  }

  @Test
  void aRelayThatStartsAgainUnderItsNameGoesOnWithWhatItHeld() {
    PostgresEventStore before = relay("a");
    EventId id = stored(before, events.admission("w1", "{}", "crm"));

    PostgresEventStore after = relay("a"); // the other one was killed: it has not left
    share(after);

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(due(after, "crm")).contains(id));
  }

  @Test
  void oneRelayAttemptsATargetInOrderForAll() {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    Told holder = share(a, "crm");
    Told other = share(b, "crm");
    assertThat(a.attemptsHere("crm")).isTrue();
    assertThat(b.attemptsHere("crm")).isFalse();
    assertThat(b.attemptsHere("erp")).as("not in order").isTrue();

    List<EventId> ids = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      ids.add(stored(b, events.admission("w" + n, "{\"n\":" + n + "}", "crm", "erp")));
    }

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(holder.arrived)
                    .extracting(Delivery::eventId)
                    .containsExactlyElementsOf(ids));
    assertThat(due(a, "crm")).containsExactlyElementsOf(ids);
    assertThat(due(b, "crm")).isEmpty();
    assertThat(due(b, "erp")).containsExactlyElementsOf(ids);
    assertThat(other.arrived).isEmpty();
    assertThat(a.relays().get(0).ordered()).containsExactly("crm");

    a.close(); // the order passes to the other one, with all that waits
    open.remove(a);

    await().atMost(PATIENCE).until(() -> b.attemptsHere("crm"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(due(b, "crm")).containsExactlyElementsOf(ids));
  }

  @Test
  void aReplayForATargetInOrderGoesToItsHolder() {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    Told holder = share(a, "crm");
    share(b, "crm");
    EventId id = stored(b, events.admission("w1", "{}"));

    b.replay(id, List.of(new RoutedTarget("crm", "replay")), Clock.systemUTC().instant())
        .toCompletableFuture()
        .join();

    await().atMost(PATIENCE).until(() -> holder.arrived.size() == 1);
    assertThat(due(b, "crm")).isEmpty();
  }

  @Test
  void aPauseIsSeenByAll() {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    Told told = share(b);

    a.setPaused("crm", true);
    await().atMost(PATIENCE).until(() -> told.paused.equals(Set.of("crm")));

    a.setPaused("crm", false);
    await().atMost(PATIENCE).until(() -> told.paused.isEmpty());
  }

  @Test
  void whatOneLearnsOfCompaniesTheOthersKnow() {
    PostgresEventStore a = relay("a");
    PostgresEventStore b = relay("b");
    Told told = share(b);

    a.learnCompany("loc1", "comp1");
    await().atMost(PATIENCE).until(() -> told.companies.equals(Map.of("loc1", "comp1")));

    a.forgetCompany("loc1");
    await().atMost(PATIENCE).until(() -> told.companies.isEmpty());
  }

  @Test
  void twoRelaysUnderOneNameDoNotPutEachOtherOut() throws SQLException {
    PostgresEventStore first = relay("same");
    PostgresEventStore second = relay("same"); // puts the first one out, once
    share(first);
    await().atMost(PATIENCE).until(() -> alive("same") == 2);

    EventId id = stored(first, events.admission("w1", "{}", "crm"));

    assertThat(second.mayDeliver()).isTrue();
    assertThat(delivered(first, first.deliveries(id).get(0))).isTrue();
    assertThat(alive("same")).isEqualTo(2);
  }

  private int alive(String name) throws SQLException {
    try (var connection = database.connect();
        var statement =
            connection.prepareStatement(
                "SELECT count(*) FROM ghl_relay.relay WHERE name = ? AND NOT fenced")) {
      statement.setString(1, name);
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  @Test
  void goesOnAfterTheDatabaseHasCrashed() throws Exception {
    PostgresEventStore a = relay("a");
    EventId id = stored(a, events.admission("w1", "{}", "crm"));

    database.crash();

    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(admit(a, events.admission("w2", "{\"n\":2}", "crm")))
                    .isInstanceOfAny(Admitted.Stored.class, Admitted.Duplicate.class));
    assertThat(a.stats().writable()).isTrue();
    assertThat(due(a, "crm")).hasSize(2).contains(id);
  }
}
