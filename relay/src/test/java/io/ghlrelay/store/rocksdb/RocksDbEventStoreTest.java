package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.EventStoreContract;
import io.ghlrelay.store.Header;
import io.ghlrelay.store.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, by the embedded store, and what only a store on disk must do. */
class RocksDbEventStoreTest extends EventStoreContract {
  @TempDir private Path folder;
  private final AtomicLong freeSpace = new AtomicLong(Long.MAX_VALUE);

  @Override
  protected EventStore open() {
    return open(folder.resolve("store"));
  }

  private EventStore open(Path path) {
    return RocksDbEventStore.open(
        path, RETENTION, 1 << 20, clock, new SimpleMeterRegistry(), freeSpace::get);
  }

  @Test
  void keepsEverythingOverARestart() {
    Admission admission = events.admission("w1", "{}", "crm");
    EventId pending = stored(admission);
    EventId dead = stored(events.admission("w2", "{\"n\":2}", "crm"));
    attempt(only(dead), DeliveryState.DEAD, 400);
    stored(events.admission("w3", "{\"n\":3}"));
    store.setPaused("crm", true);

    store.close();
    store = open();

    assertThat(admit(events.admission("w1", "{}", "crm")))
        .isEqualTo(new Admitted.Duplicate(pending));
    assertThat(store.due("crm", DuePosition.START, 10)).containsExactly(only(pending));
    assertThat(store.attempts(dead, "crm")).hasSize(1);
    assertThat(stats("crm").pending()).isEqualTo(1);
    assertThat(stats("crm").dead()).isEqualTo(1);
    assertThat(store.stats().unrouted()).isEqualTo(1);
    assertThat(store.pausedTargets()).containsExactly("crm");
  }

  @Test
  void tellsASecondProcessThatTheFolderIsInUse() {
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("store.rocksdb.path")
        .hasMessageContaining("Another process");
  }

  @Test
  void s7RefusesEventsWhileTheDiskIsLowAndTakesThemAgain() {
    EventId before = stored(events.admission("w1", "{}", "crm"));
    freeSpace.set(0);
    await().atMost(Duration.ofSeconds(10)).until(() -> !store.stats().writable());
    assertThat(store.stats().problem()).contains("minFreeSpace");
    assertThatThrownBy(() -> admit(events.admission("w2", "{\"n\":2}", "crm")))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(StoreUnavailableException.class);
    attempt(only(before), DeliveryState.DELIVERED, 200);

    freeSpace.set(Long.MAX_VALUE);
    await().atMost(Duration.ofSeconds(10)).until(() -> store.stats().writable());

    assertThat(admit(events.admission("w2", "{\"n\":2}", "crm")))
        .isInstanceOf(Admitted.Stored.class);
  }

  @Test
  void aBackupOpensAsAStore() {
    EventId id = stored(events.admission("w1", "{}", "crm"));
    Path copy = folder.resolve("copy");

    store.backup(copy);

    try (EventStore restored = open(copy)) {
      assertThat(restored.body(id)).isPresent();
      assertThat(restored.due("crm", DuePosition.START, 10)).hasSize(1);
    }
  }

  @Test
  void knowsDuplicatesForTheWholeRetentionAndNotMuchLonger() {
    EventId first = stored(events.admission("w1", "{}", "crm"));
    attempt(only(first), DeliveryState.DELIVERED, 200);
    for (int day = 1; day < 7; day++) {
      clock.advance(Duration.ofDays(1));
      stored(events.admission("day" + day, "{\"d\":" + day + "}"));
      store.purge(clock.instant().minus(RETENTION));
    }
    assertThat(admit(events.admission("w1", "{}", "crm"))).isEqualTo(new Admitted.Duplicate(first));

    for (int day = 7; day < 12; day++) {
      clock.advance(Duration.ofDays(1));
      stored(events.admission("day" + day, "{\"d\":" + day + "}"));
      store.purge(clock.instant().minus(RETENTION));
    }
    assertThat(admit(events.admission("w1", "{}", "crm"))).isInstanceOf(Admitted.Stored.class);
  }

  @Test
  void recordsSurviveTheirEncoding() {
    Random random = new Random(42);
    for (int i = 0; i < 2000; i++) {
      Event event = event(random);
      List<Records.Routed> routed =
          random
              .ints(random.nextInt(4), 1, 1000)
              .mapToObj(n -> new Records.Routed(n, "route " + n))
              .toList();
      assertThat(Records.event(event.id(), Records.event(event, routed)))
          .isEqualTo(new Records.Admitted(event, routed));
      Delivery delivery = delivery(random);
      assertThat(
              Records.delivery(delivery.eventId(), delivery.target(), Records.delivery(delivery)))
          .isEqualTo(delivery);
      Attempt attempt = attempt(random);
      Attempt back = Records.attempt(attempt.series(), attempt.number(), Records.attempt(attempt));
      assertThat(back).usingRecursiveComparison().isEqualTo(attempt);
      byte[] step = Records.step(delivery, attempt);
      assertThat(Records.deliveryOf(delivery.eventId(), delivery.target(), step))
          .isEqualTo(delivery);
      assertThat(Records.attemptOf(attempt.series(), attempt.number(), step))
          .usingRecursiveComparison()
          .isEqualTo(attempt);
      assertThat(Records.attemptOf(2, 0, Records.step(delivery, null))).isNull();
    }
  }

  @Test
  void damagedRecordsAreRefusedWithWords() {
    Random random = new Random(43);
    byte[] whole = Records.event(event(random), List.of(new Records.Routed(1, "all")));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Records.event(new EventId(1, 1), cut))
          .isInstanceOf(CorruptRecordException.class);
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    assertThatThrownBy(() -> Records.event(new EventId(1, 1), longer))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("behind its end");
  }

  private static Event event(Random random) {
    List<Header> headers =
        random
            .ints(random.nextInt(5), 0, 100)
            .mapToObj(n -> new Header("H" + n, "välue " + n))
            .toList();
    return new Event(
        new EventId(random.nextLong(), random.nextLong()),
        instant(random),
        new Envelope(text(random), text(random), text(random), text(random), text(random), null),
        random.nextBoolean() ? SignatureScheme.ED25519 : SignatureScheme.RSA_SHA256,
        headers,
        random.nextInt(1 << 20),
        random.nextBoolean());
  }

  private static @Nullable String text(Random random) {
    return random.nextInt(3) == 0 ? null : "t" + random.nextInt() + "é";
  }

  private static Instant instant(Random random) {
    return Instant.EPOCH.plus(Duration.ofMillis(random.nextLong(4_000_000_000_000L)));
  }

  private static Delivery delivery(Random random) {
    DeliveryState state = DeliveryState.values()[random.nextInt(4)];
    RetryProgress progress =
        new RetryProgress(
            random.nextInt(11),
            random.nextBoolean() ? instant(random) : null,
            random.nextBoolean() ? Duration.ofMillis(random.nextInt(10_000)) : null,
            Duration.ofMillis(random.nextInt(7_200_000)));
    return new Delivery(
        new EventId(random.nextLong(), random.nextLong()),
        "target",
        "route " + random.nextInt(),
        state,
        1 + random.nextInt(100),
        progress,
        state == DeliveryState.PENDING ? instant(random) : null,
        state == DeliveryState.DEAD ? DeadReason.EXHAUSTED : null,
        instant(random));
  }

  private static Attempt attempt(Random random) {
    Outcome outcome =
        random.nextBoolean()
            ? new Outcome.Answered(
                200 + random.nextInt(400), random.nextBoolean() ? Duration.ofSeconds(7) : null)
            : Outcome.failed(TransportError.values()[random.nextInt(6)]);
    byte[] start = new byte[random.nextInt(Attempt.RESPONSE_START_BYTES)];
    random.nextBytes(start);
    return new Attempt(
        1 + random.nextInt(5),
        1 + random.nextInt(11),
        instant(random),
        instant(random),
        Duration.ofMillis(random.nextInt(10_000)),
        outcome,
        start,
        random.nextBoolean() ? "paused" : null);
  }
}
