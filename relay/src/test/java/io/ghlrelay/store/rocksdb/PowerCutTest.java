package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut may take, after the process was killed before. */
class PowerCutTest {
  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);

  private EventStore open(Path path) {
    return RocksDbEventStore.open(
        path, Duration.ofDays(7), 0, clock, new SimpleMeterRegistry(), () -> Long.MAX_VALUE);
  }

  private static EventId admit(EventStore store, Admission admission) {
    return ((Admitted.Stored) store.admit(admission).toCompletableFuture().join()).event().id();
  }

  private static void delivered(EventStore store, EventId id, ManualClock clock) {
    Delivery before = store.deliveries(id).get(0);
    Delivery after =
        new Delivery(
            id,
            before.target(),
            before.route(),
            DeliveryState.DELIVERED,
            before.series(),
            new RetryProgress(1, null, null, Duration.ZERO),
            null,
            null,
            clock.instant());
    Attempt attempt =
        new Attempt(
            1,
            1,
            clock.instant(),
            clock.instant(),
            Duration.ZERO,
            Outcome.answered(200),
            new byte[0],
            null);
    store.record(before, after, attempt).toCompletableFuture().join();
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  private static List<Path> logs(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  /**
   * An outcome, written without a sync, is the last thing in the log of a process that is killed.
   * The next process reads it and goes on in a log of its own; then the power fails before the
   * system has written the first log back by itself. That must take nothing of the second.
   */
  @Test
  void whatTheKilledProcessHadNotSyncedTakesNothingOfTheNextOne() throws Exception {
    Path killed;
    long synced;
    EventId first;
    try (EventStore store = open(folder.resolve("first"))) {
      first = admit(store, events.admission("w1", "{}", "crm"));
      synced = Files.size(logs(folder.resolve("first")).get(0));
      delivered(store, first, clock);
      killed = copy(folder.resolve("first"), folder.resolve("killed"));
    }
    Path log = logs(killed).get(0);
    assertThat(Files.size(log)).isGreaterThan(synced);
    Path off = folder.resolve("off");
    EventId second;
    try (EventStore store = open(killed)) {
      second = admit(store, events.admission("w2", "{\"n\":2}", "crm"));
      copy(killed, off);
    }
    Path tail = off.resolve(log.getFileName());
    if (Files.exists(tail)) { // else nothing depends on it any more
      try (FileChannel file = FileChannel.open(tail, StandardOpenOption.WRITE)) {
        file.truncate(synced + 5);
      }
    }

    try (EventStore store = open(off)) {
      assertThat(store.event(first)).isPresent();
      assertThat(store.event(second)).isPresent();
    }
  }
}
