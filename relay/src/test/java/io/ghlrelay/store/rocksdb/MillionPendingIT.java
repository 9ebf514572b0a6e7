package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million pending deliveries: what it costs to open the store again and to read what is due. */
@Tag("once")
class MillionPendingIT {
  private static final int PENDING = 1_000_000;
  private static final int WAITING = 4096;

  @TempDir private Path folder;

  private EventStore open(ManualClock clock) {
    return RocksDbEventStore.open(
        folder.resolve("data"), Duration.ofDays(7), 0, clock, new SimpleMeterRegistry());
  }

  @Test
  void opensAndReadsWhatIsDue() {
    ManualClock clock = new ManualClock();
    TestEvents events = new TestEvents(clock);
    try (EventStore store = open(clock)) {
      ArrayDeque<CompletionStage<Admitted>> waiting = new ArrayDeque<>();
      for (int i = 0; i < PENDING; i++) {
        waiting.add(store.admit(events.admission("w" + i, "{\"n\":" + i + "}", "crm")));
        if (waiting.size() == WAITING) {
          waiting.remove().toCompletableFuture().join();
        }
        if (i % 1000 == 0) {
          clock.advance(Duration.ofMillis(50));
        }
      }
      waiting.forEach(one -> one.toCompletableFuture().join());
    }
    long start = System.nanoTime();
    try (EventStore store = open(clock)) {
      double opened = (System.nanoTime() - start) / 1e6;
      start = System.nanoTime();
      int read = store.due("crm", DuePosition.START, 4096).size();
      double scanned = (System.nanoTime() - start) / 1e6;
      System.gc();
      long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      System.out.printf(
          "%d pending: opened in %.0f ms, first %d due read in %.1f ms, heap in use %d MiB%n",
          PENDING, opened, read, scanned, heap >> 20);

      var stats = Objects.requireNonNull(store.stats().targets().get("crm"));
      assertThat(stats.pending()).isEqualTo(PENDING);
      assertThat(read).isEqualTo(4096);
    }
  }
}
