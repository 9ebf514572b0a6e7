package io.ghlrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.ghlrelay.store.postgres.PostgresEventStore;
import io.ghlrelay.store.postgres.TestDatabase;
import io.ghlrelay.store.rocksdb.RocksDbEventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {
  private static final Duration RETENTION = Duration.ofDays(7);
  private static final int EVENTS = 700;

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final Random random = new Random(7);

  @Test
  void movesAStoreToPostgresAndBack() {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    List<String> before;
    try (EventStore rocks = rocksDb("a");
        EventStore postgres = postgres(database)) {
      fill(rocks);
      before = content(rocks);

      Migration.Result result = new Migration(rocks, postgres, done -> {}).run();

      assertThat(result.different()).isEmpty();
      assertThat(result.events()).isEqualTo(EVENTS);
      assertThat(result.pending()).isPositive();
      assertThat(result.attempts()).isGreaterThan(EVENTS);
      assertThat(content(postgres)).isEqualTo(before);
    }
    try (EventStore postgres = postgres(database);
        EventStore rocks = rocksDb("b")) {
      Migration.Result back = new Migration(postgres, rocks, done -> {}).run();

      assertThat(back.different()).isEmpty();
      assertThat(content(rocks)).isEqualTo(before);
      assertThat(
              rocks.admit(events.admission("w5", "{\"n\":5}", "crm")).toCompletableFuture().join())
          .as("what came before is known")
          .isInstanceOf(Admitted.Duplicate.class);
    }
  }

  @Test
  void refusesAStoreThatIsNotEmpty() {
    try (EventStore from = new MemoryEventStore();
        EventStore to = new MemoryEventStore()) {
      to.admit(events.admission("w1", "{}")).toCompletableFuture().join();

      assertThatThrownBy(() -> new Migration(from, to, done -> {}).run())
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("not empty");
    }
  }

  @Test
  void saysWhatTheOtherStoreDoesNotHold() {
    try (EventStore from = new MemoryEventStore();
        EventStore to = new MemoryEventStore()) {
      EventId lost =
          ((Admitted.Stored)
                  from.admit(events.admission("w1", "{}", "crm")).toCompletableFuture().join())
              .event()
              .id();
      // A store that loses an event between the two passes.
      Migration migration =
          new Migration(from, to, done -> to.remove(List.of(lost)).toCompletableFuture().join());

      assertThat(migration.run().different()).containsExactly(lost);
    }
  }

  private EventStore rocksDb(String name) {
    return RocksDbEventStore.open(
        folder.resolve(name), RETENTION, 0, clock, new SimpleMeterRegistry());
  }

  private static EventStore postgres(TestDatabase database) {
    return PostgresEventStore.open(
        "jdbc:" + database.url(),
        database.user(),
        database.password(),
        "migrate",
        "1",
        RETENTION,
        new SimpleMeterRegistry());
  }

  /** Deliveries in every state, after any number of attempts and replays. */
  private void fill(EventStore store) {
    for (int n = 0; n < EVENTS; n++) {
      clock.advance(Duration.ofSeconds(random.nextInt(60)));
      String[] targets = n % 10 == 0 ? new String[0] : new String[] {"archive", "crm"};
      String body = "{\"n\":" + n + "}";
      String webhookId = n % 50 == 49 ? "w" + (n - 1) : "w" + n; // some are conflicts
      EventId id =
          ((Admitted.Stored)
                  store
                      .admit(events.admission(webhookId, body, targets))
                      .toCompletableFuture()
                      .join())
              .event()
              .id();
      for (Delivery delivery : store.deliveries(id)) {
        live(store, delivery);
      }
      if (n % 40 == 0) {
        replay(store, id, "crm");
      }
    }
    store.setPaused("archive", true);
    store.learnCompany("loc1", "comp1");
  }

  private void live(EventStore store, Delivery first) {
    Delivery delivery = first;
    int attempts = random.nextInt(4);
    for (int i = 0; i < attempts && delivery.state() == DeliveryState.PENDING; i++) {
      delivery = attempt(store, delivery, random.nextInt(3));
    }
    if (delivery.state() == DeliveryState.DEAD && random.nextBoolean()) {
      replay(store, delivery.eventId(), delivery.target());
      delivery =
          store.deliveries(delivery.eventId()).stream()
              .filter(one -> one.target().equals(first.target()))
              .findFirst()
              .orElseThrow();
      if (random.nextBoolean()) {
        attempt(store, delivery, random.nextInt(3));
      }
    }
  }

  private void replay(EventStore store, EventId id, String target) {
    clock.advance(Duration.ofSeconds(5));
    store
        .replay(id, List.of(new RoutedTarget(target, "replay")), clock.instant())
        .toCompletableFuture()
        .join();
  }

  private Delivery attempt(EventStore store, Delivery before, int how) {
    clock.advance(Duration.ofSeconds(1));
    Instant now = clock.instant();
    DeliveryState state =
        List.of(DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DEAD).get(how);
    @Nullable Instant due = state == DeliveryState.PENDING ? now.plusSeconds(60) : null;
    RetryProgress old = before.progress();
    Instant failure = old.firstFailureEnd() == null ? now : old.firstFailureEnd();
    RetryProgress progress =
        new RetryProgress(
            old.attempts() + 1, failure, Duration.ofMillis(77), old.dueOffset().plusSeconds(60));
    Delivery after =
        new Delivery(
            before.eventId(),
            before.target(),
            before.route(),
            state,
            before.series(),
            progress,
            due,
            state == DeliveryState.DEAD ? DeadReason.REJECTED : null,
            now);
    Outcome outcome =
        state == DeliveryState.DELIVERED
            ? Outcome.answered(200)
            : random.nextBoolean()
                ? Outcome.failed(TransportError.TIMEOUT)
                : new Outcome.Answered(503, Duration.ofSeconds(3));
    store
        .record(
            before,
            after,
            new Attempt(
                before.series(),
                old.attempts() + 1,
                Objects.requireNonNull(before.due()),
                now,
                Duration.ofMillis(5),
                outcome,
                "why".getBytes(StandardCharsets.UTF_8),
                random.nextBoolean() ? "paused" : null))
        .toCompletableFuture()
        .join();
    return after;
  }

  /** All that a store tells, as text. */
  private static List<String> content(EventStore store) {
    List<String> content = new ArrayList<>();
    for (EventPage.Item item : store.find(EventQuery.newest(1000)).events()) {
      EventId id = item.event().id();
      content.add(
          item.event() + " " + new String(store.body(id).orElseThrow(), StandardCharsets.UTF_8));
      for (Delivery delivery : item.deliveries()) {
        content.add(delivery.toString());
        for (Attempt attempt : store.attempts(id, delivery.target())) {
          content.add(
              attempt.series()
                  + "/"
                  + attempt.number()
                  + " "
                  + attempt.dueAt()
                  + " "
                  + attempt.startedAt()
                  + " "
                  + attempt.latency()
                  + " "
                  + attempt.outcome()
                  + " "
                  + new String(attempt.responseStart(), StandardCharsets.UTF_8)
                  + " "
                  + attempt.deferral());
        }
      }
    }
    for (String target : List.of("archive", "crm")) {
      content.add(target + " due: " + store.due(target, DuePosition.START, 5000));
    }
    content.add(store.stats().targets() + " " + store.stats().unrouted());
    content.add(store.pausedTargets() + " " + store.learntCompanies());
    return content;
  }
}
