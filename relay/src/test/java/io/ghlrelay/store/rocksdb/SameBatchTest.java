package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes gathered into one batch must see each other. */
@Timeout(30)
class SameBatchTest {
  private static final List<RoutedTarget> CRM = List.of(new RoutedTarget("crm", "route"));

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private EventStore store;

  @BeforeEach
  void open() {
    store =
        RocksDbEventStore.open(
            folder.resolve("s"),
            Duration.ofDays(7),
            0,
            clock,
            new SimpleMeterRegistry(),
            () -> Long.MAX_VALUE);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private EventId deadEvent() {
    EventId id =
        ((Admitted.Stored)
                store.admit(events.admission("w1", "{}", "crm")).toCompletableFuture().join())
            .event()
            .id();
    settle(store.deliveries(id).get(0), DeliveryState.DEAD).join();
    return id;
  }

  private CompletableFuture<Boolean> settle(Delivery d, DeliveryState state) {
    Delivery after =
        new Delivery(
            d.eventId(),
            d.target(),
            d.route(),
            state,
            d.series(),
            new RetryProgress(1, null, null, Duration.ZERO),
            null,
            state == DeliveryState.DEAD ? DeadReason.REJECTED : null,
            clock.instant());
    Attempt attempt =
        new Attempt(
            d.series(),
            1,
            Objects.requireNonNull(d.due()),
            clock.instant(),
            Duration.ofMillis(1),
            Outcome.answered(400),
            new byte[0],
            null);
    return store.record(d, after, attempt).toCompletableFuture();
  }

  /** Holds the writer thread inside a callback until released, so that what follows gathers. */
  private CountDownLatch holdWriter() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    // Admissions are answered by the writer thread, but one that is answered before the callback is
    // registered runs it here: then once more.
    for (int i = 0; ; i++) {
      CountDownLatch called = new CountDownLatch(1);
      AtomicBoolean held = new AtomicBoolean();
      CompletableFuture<Void> callback =
          store
              .admit(events.admission("hold" + i, "{\"hold\":" + i + "}", "other"))
              .toCompletableFuture()
              .thenAccept(
                  a -> {
                    held.set(Thread.currentThread().getName().equals("relay-store-writer"));
                    called.countDown();
                    if (held.get()) {
                      awaitUnchecked(release);
                    }
                  });
      called.await();
      if (held.get()) {
        assertThat(callback).isNotCompletedExceptionally();
        return release;
      }
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Purge blocks its caller, so it runs beside; returns once it waits for the writer. */
  private Thread purgeBeside() {
    Thread purge =
        new Thread(() -> store.purge(clock.instant().minus(Duration.ofDays(7))), "purge");
    purge.start();
    while (purge.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return purge;
  }

  private void assertWhole(EventId id) {
    List<Delivery> due = store.due("crm", DuePosition.START, 10);
    if (!due.isEmpty()) {
      assertThat(store.event(id)).as("S6: event of a pending delivery").isPresent();
      assertThat(store.body(id)).as("S6: body of a pending delivery").isPresent();
      assertThat(store.deliveries(id)).as("deliveries").hasSize(1);
    }
  }

  @Test
  void replayThenPurgeInSeparateBatchesKeepsTheEvent() throws Exception {
    EventId id = deadEvent();
    clock.advance(Duration.ofDays(8));
    store.replay(id, CRM, clock.instant()).toCompletableFuture().join();
    store.purge(clock.instant().minus(Duration.ofDays(7)));
    assertThat(store.due("crm", DuePosition.START, 10)).hasSize(1);
    assertWhole(id);
  }

  @Test
  void replayThenPurgeInOneBatchKeepsTheEvent() throws Exception {
    EventId id = deadEvent();
    clock.advance(Duration.ofDays(8));
    CountDownLatch release = holdWriter();
    CompletableFuture<List<Delivery>> replay =
        store.replay(id, CRM, clock.instant()).toCompletableFuture();
    Thread purge = purgeBeside();
    release.countDown();
    assertThat(replay.join()).hasSizeLessThanOrEqualTo(1);
    purge.join();
    assertWhole(id);
  }

  @Test
  void purgeThenReplayInOneBatchLeavesNoOrphan() throws Exception {
    EventId id = deadEvent();
    clock.advance(Duration.ofDays(8));
    CountDownLatch release = holdWriter();
    Thread purge = purgeBeside();
    CompletableFuture<List<Delivery>> replay =
        store.replay(id, CRM, clock.instant()).toCompletableFuture();
    release.countDown();
    assertThat(replay.join()).hasSizeLessThanOrEqualTo(1);
    purge.join();
    assertWhole(id);
  }

  @Test
  void twoReplaysInOneBatchMakeOnePendingDelivery() throws Exception {
    EventId id = deadEvent();
    CountDownLatch release = holdWriter();
    var first = store.replay(id, CRM, clock.instant().plusSeconds(1)).toCompletableFuture();
    var second = store.replay(id, CRM, clock.instant().plusSeconds(2)).toCompletableFuture();
    release.countDown();
    assertThat(first.join()).hasSize(1);
    assertThat(second.join()).as("already pending").isEmpty();
    assertThat(store.due("crm", DuePosition.START, 10)).as("S4").hasSize(1);
  }

  @Test
  void aRecordThatWasAppliedTwiceCountsOnce() throws Exception {
    EventId id =
        ((Admitted.Stored)
                store.admit(events.admission("w1", "{}", "crm")).toCompletableFuture().join())
            .event()
            .id();
    Delivery before = store.deliveries(id).get(0);
    settle(before, DeliveryState.DEAD).join();
    settle(before, DeliveryState.DEAD).join();
    assertThat(store.stats().targets())
        .hasEntrySatisfying(
            "crm",
            crm -> {
              assertThat(crm.pending()).isZero();
              assertThat(crm.dead()).isEqualTo(1);
            });
  }
}
