package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventIds;
import io.ghlrelay.store.Header;
import io.ghlrelay.store.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was removed is in no file of the store's folder any more; what was not, still is. */
class ErasureTest {
  /** Below and above the size from which bodies go to blob files. */
  private static final List<Integer> SIZES = List.of(100, 3000);

  private static final int THIRD = 12;
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ManualClock clock = new ManualClock();
  private final EventIds ids = new EventIds(clock);
  private final TestEvents events = new TestEvents(clock);
  private final Random random = new Random(7);
  private final AtomicLong freeSpace = new AtomicLong(Long.MAX_VALUE);
  @TempDir private Path folder;
  private RocksDbEventStore store;

  @BeforeEach
  void open() {
    store =
        RocksDbEventStore.open(
            folder, Duration.ofDays(7), 0, clock, new SimpleMeterRegistry(), freeSpace::get);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Text of which compression leaves one third at least as it is: found by any third. */
  private String marker() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3 * THIRD; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  /** An event whose every part holds personal data: the markers, in this order. */
  private Admitted.Stored admit(List<String> markers, int bodySize) {
    StringBuilder body = new StringBuilder("{\"name\":\"" + markers.get(0) + "\",\"more\":\"");
    while (body.length() < bodySize) {
      body.append(marker());
    }
    byte[] bytes = body.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            ids.next(),
            clock.instant(),
            new Envelope(markers.get(1), "ContactCreate", "loc1", null, "app1", null),
            SignatureScheme.ED25519,
            List.of(new Header("X-Person", markers.get(2))),
            bytes.length,
            false);
    Admission admission =
        new Admission(event, bytes, List.of(new RoutedTarget("crm", "route")), null);
    return (Admitted.Stored) store.admit(admission).toCompletableFuture().join();
  }

  /** An answer that quotes a marker, to an attempt that is made again. */
  private void answered(Delivery before, String marker) {
    Delivery after =
        new Delivery(
            before.eventId(),
            "crm",
            "route",
            DeliveryState.PENDING,
            1,
            new RetryProgress(1, clock.instant(), Duration.ofSeconds(3), Duration.ofSeconds(3)),
            clock.instant().plusSeconds(3),
            null,
            clock.instant());
    Attempt attempt =
        new Attempt(
            1,
            1,
            Objects.requireNonNull(before.due()),
            clock.instant(),
            Duration.ofMillis(5),
            Outcome.answered(503),
            ("cannot take " + marker).getBytes(StandardCharsets.UTF_8),
            null);
    store.record(before, after, attempt).toCompletableFuture().join();
  }

  private record Planted(EventId id, List<String> markers) {}

  private Planted plant(int bodySize) {
    List<String> markers = Stream.generate(this::marker).limit(4).toList();
    Admitted.Stored stored = admit(markers, bodySize);
    answered(stored.deliveries().get(0), markers.get(3));
    return new Planted(stored.event().id(), markers);
  }

  /** Which of the markers stand in any file. */
  private Set<String> inFiles(List<Planted> planted) throws IOException {
    Set<String> found = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String content;
      try {
        content = Files.readString(file, StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException gone) {
        continue; // RocksDB has just deleted it
      }
      for (Planted one : planted) {
        for (String marker : one.markers()) {
          for (int at = 0; at < marker.length(); at += THIRD) {
            if (content.contains(marker.substring(at, at + THIRD))) {
              found.add(marker);
            }
          }
        }
      }
    }
    return found;
  }

  private static String[] markers(List<Planted> planted) {
    return planted.stream().flatMap(one -> one.markers().stream()).toArray(String[]::new);
  }

  private int remove(List<Planted> planted) {
    return store.remove(planted.stream().map(Planted::id).toList()).toCompletableFuture().join();
  }

  @Test
  void removedBytesLeaveEveryFileAndAllOthersStay() throws Exception {
    List<Planted> gone = new ArrayList<>();
    List<Planted> kept = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      (i % 2 == 0 ? gone : kept).add(plant(SIZES.get(i / 2 % 2)));
    }
    assertThat(inFiles(gone)).as("in the log").containsExactlyInAnyOrder(markers(gone));
    store.erase(); // rewrites what is held, so that table and blob files hold it
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(inFiles(gone)).containsExactlyInAnyOrder(markers(gone)));
    assertThat(files(".blob")).isNotEmpty();

    assertThat(remove(gone)).isEqualTo(20);
    assertThat(inFiles(gone)).as("removed alone is not erased").isNotEmpty();
    store.erase();

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(inFiles(gone)).isEmpty());
    assertThat(inFiles(kept)).containsExactlyInAnyOrder(markers(kept));
    for (Planted one : kept) {
      assertThat(new String(store.body(one.id()).orElseThrow(), StandardCharsets.UTF_8))
          .contains(one.markers().get(0));
    }
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }

  @Test
  void bytesThatWereNeverInATableFileLeaveTheLogToo() throws Exception {
    List<Planted> gone = List.of(plant(100), plant(3000));
    remove(gone);

    store.erase();

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(inFiles(gone)).isEmpty());
  }

  @Test
  void anErasureAfterARestartErasesWhatWasRemovedBefore() throws Exception {
    List<Planted> gone = List.of(plant(100), plant(3000));
    remove(gone);
    store.close();
    open();
    assertThat(remove(gone)).isZero();

    store.erase();

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(inFiles(gone)).isEmpty());
  }

  @Test
  void refusesToRewriteWhereThereIsNoRoom() {
    plant(3000);
    freeSpace.set(0);
    store.erase(); // nothing is in files yet, so nothing is copied
    assertThatThrownBy(store::erase)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("no room");
  }

  @Test
  void aClosedStoreErasesNothing() {
    store.close();
    assertThatThrownBy(store::erase).isInstanceOf(StoreUnavailableException.class);
    store.close();
    open();
    store.admit(events.admission("w1", "{}", "crm")).toCompletableFuture().join();
  }
}
