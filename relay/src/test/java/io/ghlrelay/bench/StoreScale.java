package io.ghlrelay.bench;

import com.sun.management.OperatingSystemMXBean;
import io.ghlrelay.ManualClock;
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
import io.ghlrelay.store.EventIds;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Header;
import io.ghlrelay.store.rocksdb.RocksDbEventStore;
import io.ghlrelay.time.SteadyClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes stores of a size that load alone would take hours for, and measures a purge; for {@code
 * conformance/bench/scale}.
 *
 * <pre>
 *   fill FOLDER COUNT delivered PT100H    events received over the last 100 hours, delivered to "sink"
 *   fill FOLDER COUNT pending PT1H PT1M   first attempts due in an hour, spread over a minute
 *   purge FOLDER PT99H                    what is older than 99 hours
 * </pre>
 */
public final class StoreScale {
  private static final int IN_FLIGHT = 4096;
  private static final int BODY = 2048;
  private static final Duration RETENTION = Duration.ofDays(7);

  /** How long the work that a purge leaves to the background is watched, in milliseconds. */
  private static final long AFTERMATH_MILLIS = 3000;

  private static final long QUIET_NANOS = Duration.ofSeconds(2).toNanos();

  private final EventStore store;
  private final ManualClock clock;
  private final EventIds ids;
  private final SplittableRandom random = new SplittableRandom(4711);
  private final ArrayDeque<CompletableFuture<?>> inFlight = new ArrayDeque<>();

  private StoreScale(EventStore store, ManualClock clock) {
    this.store = store;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /** See the class. */
  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[1]);
    switch (args[0]) {
      case "fill" -> fill(folder, args);
      case "purge" -> purge(folder, Duration.parse(args[2]));
      default -> throw new IllegalArgumentException(args[0] + " (expected: fill or purge)");
    }
  }

  private static EventStore open(Path folder, Clock clock) {
    return RocksDbEventStore.open(folder, RETENTION, 0, clock, new SimpleMeterRegistry());
  }

  private static void fill(Path folder, String[] args) {
    int count = Integer.parseInt(args[2]);
    boolean delivered = args[3].equals("delivered");
    Duration over = Duration.parse(delivered ? args[4] : args[5]);
    Instant now = new SteadyClock().instant();
    Instant first = delivered ? now.minus(over) : now.plus(Duration.parse(args[4]));
    ManualClock clock = new ManualClock();
    clock.moveTo(first);
    try (EventStore store = open(folder, clock)) {
      new StoreScale(store, clock).fill(count, delivered, first, over);
    }
  }

  private void fill(int count, boolean delivered, Instant first, Duration over) {
    for (int i = 0; i < count; i++) {
      clock.moveTo(first.plusNanos((long) ((double) over.toNanos() * i / count)));
      CompletableFuture<Admitted> admitted = store.admit(admission(i)).toCompletableFuture();
      await(delivered ? admitted.thenCompose(this::deliver) : admitted);
    }
    while (!inFlight.isEmpty()) {
      inFlight.remove().join();
    }
    awaitQuiet();
  }

  /** Until the background has worked off what was written faster than any relay would. */
  private static void awaitQuiet() {
    var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before;
    do {
      before = process.getProcessCpuTime();
      LockSupport.parkNanos(QUIET_NANOS);
    } while (process.getProcessCpuTime() - before > QUIET_NANOS / 20);
  }

  private void await(CompletableFuture<?> change) {
    inFlight.add(change);
    if (inFlight.size() >= IN_FLIGHT) {
      inFlight.remove().join();
    }
  }

  private Admission admission(int number) {
    Instant now = clock.instant();
    byte[] noise = new byte[BODY / 2];
    random.nextBytes(noise);
    StringBuilder body = new StringBuilder(BODY).append("{\"number\":").append(number);
    body.append(",\"noise\":\"").append(Base64.getEncoder().encodeToString(noise));
    body.append("\",\"rest\":\"");
    body.append("-".repeat(Math.max(0, BODY - 2 - body.length()))).append("\"}");
    byte[] bytes = body.toString().getBytes(StandardCharsets.US_ASCII);
    Envelope envelope =
        new Envelope(
            ids.next().toString(), "ContactUpdate", "loc" + number % 500, null, "app1", null);
    Event event =
        new Event(
            ids.next(),
            now,
            envelope,
            SignatureScheme.ED25519,
            List.of(new Header("Content-Type", "application/json")),
            bytes.length,
            false);
    return new Admission(event, bytes, List.of(new RoutedTarget("sink", "route")), null);
  }

  private CompletableFuture<Boolean> deliver(Admitted admitted) {
    Delivery before = ((Admitted.Stored) admitted).deliveries().get(0);
    Instant at = before.updatedAt();
    Delivery after =
        new Delivery(
            before.eventId(),
            before.target(),
            before.route(),
            DeliveryState.DELIVERED,
            1,
            new RetryProgress(1, null, null, Duration.ZERO),
            null,
            null,
            at);
    Attempt attempt =
        new Attempt(1, 1, at, at, Duration.ofMillis(1), Outcome.answered(200), new byte[0], null);
    return store.record(before, after, attempt).toCompletableFuture();
  }

  private static void purge(Path folder, Duration age) throws InterruptedException {
    Clock clock = new SteadyClock();
    var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (EventStore store = open(folder, clock)) {
      // what opening leaves to the background is not the purge's
      Thread.sleep(AFTERMATH_MILLIS);
      long idle = process.getProcessCpuTime();
      Thread.sleep(AFTERMATH_MILLIS);
      idle = process.getProcessCpuTime() - idle;
      long cpu = process.getProcessCpuTime();
      long start = System.nanoTime();
      store.purge(clock.instant().minus(age));
      long took = System.nanoTime() - start;
      Thread.sleep(AFTERMATH_MILLIS);
      System.out.printf(
          "{\"wallMs\": %.1f, \"cpuMs\": %.1f, \"idleCpuMs\": %.1f}%n",
          took / 1e6, (process.getProcessCpuTime() - cpu) / 1e6, idle / 1e6);
    }
  }
}
