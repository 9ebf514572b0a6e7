package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a small file system of its own, where one may be mounted. */
class DiskFullIT {
  private static final int BALLAST = 14 << 20;

  @TempDir private Path folder;
  private boolean mounted;

  private static boolean runs(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }

  @BeforeEach
  void mount() throws Exception {
    mounted = runs("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder.toString());
    assumeTrue(mounted, "a small tmpfs cannot be mounted here; needs root on Linux");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(runs("umount", folder.toString())).isTrue();
    }
  }

  @Test
  void refusesWhileFullAndGoesOnWithoutARestartHavingLostNothing() throws Exception {
    Path ballast = Files.write(folder.resolve("ballast"), new byte[BALLAST]);
    ManualClock clock = new ManualClock();
    TestEvents events = new TestEvents(clock);
    Random random = new Random(5);
    List<EventId> acknowledged = new ArrayList<>();
    try (EventStore store =
        RocksDbEventStore.open(
            folder.resolve("data"), Duration.ofDays(7), 0, clock, new SimpleMeterRegistry())) {
      int n = 0;
      while (admitted(store, events, random, n, acknowledged)) {
        n++;
      }
      assertThat(n).isGreaterThan(100);
      assertThat(store.stats().writable()).isFalse();
      assertThat(store.stats().problem()).isNotEmpty();

      Files.delete(ballast);
      await().atMost(Duration.ofSeconds(20)).until(() -> store.stats().writable());

      assertThat(admitted(store, events, random, n + 1, acknowledged)).isTrue();
      assertThat(acknowledged).allMatch(id -> store.body(id).isPresent());
      System.out.printf(
          "disk full after %d events; %d acknowledged, 0 lost%n", n, acknowledged.size());
    }
  }

  private static boolean admitted(
      EventStore store, TestEvents events, Random random, int n, List<EventId> acknowledged) {
    byte[] noise = new byte[75_000];
    random.nextBytes(noise);
    Admission admission =
        events.admission("w" + n, Base64.getEncoder().encodeToString(noise), "crm");
    try {
      Admitted admitted = store.admit(admission).toCompletableFuture().join();
      acknowledged.add(((Admitted.Stored) admitted).event().id());
      return true;
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(StoreUnavailableException.class);
      return false;
    }
  }
}
