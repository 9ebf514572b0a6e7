package io.ghlrelay.store.commit;

import io.ghlrelay.store.StoreUnavailableException;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the store ({@code relay-store-writer}): gathers what waits into a
 * batch, has it written, answers. Thread-safe.
 *
 * <p>Group commit adapts. An idle store writes at once. Under load the writer waits until as many
 * changes are there as the last batch had, or until {@link #PACE} after that batch, whichever comes
 * first: tiny batches cost the most, but a closed loop of senders must not be held up by a fixed
 * pause.
 *
 * @param <C> the changes of a store
 */
public final class GroupCommit<C extends GroupCommit.Change> implements AutoCloseable {
  /** Longest time that changes are gathered for, counted from the end of the last batch. */
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(1);

  /** One look at the queue while gathering. */
  private static final long GLANCE = TimeUnit.MICROSECONDS.toNanos(50);

  /** Changes in one batch at most, so that one write stays short. */
  private static final int MAX_BATCH = 2048;

  /** Admissions that may wait; beyond it they are refused at once. */
  private static final int MAX_WAITING = 20_000;

  /** Bytes of admissions that may wait. */
  private static final long MAX_WAITING_BYTES = 128L << 20;

  /** Lazily written outcomes reach the disk within this. */
  static final long LAZY_SYNC = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

  /** One change waiting for the writer thread. Its methods are called by that thread alone. */
  public interface Change {

    /** Whether it must be on the disk before it is answered; else the operating system suffices. */
    boolean durable();

    /** Memory it holds while it waits, in bytes; counted against the limit for admissions only. */
    default int weight() {
      return 0;
    }

    /** The batch could not be written, and nothing of it was kept: answers so. */
    void failed(RuntimeException why);
  }

  /**
   * Writes batches; the part that touches the database.
   *
   * @param <C> the changes it knows
   */
  public interface Sink<C extends Change> {
    /** Writes the changes as one, and answers each. */
    void write(List<C> changes, boolean sync);

    /** Makes lazily written changes durable. */
    void sync();

    /** Called every so often, at least each second, also when nothing is to be written. */
    void tick();
  }

  private final LinkedBlockingQueue<C> queue = new LinkedBlockingQueue<>();
  private final AtomicLong waitingAdmissions = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Sink<C> sink;
  private final Thread thread;
  private final Timer commitTime;
  private final DistributionSummary batchSize;
  private volatile boolean closed;
  private volatile boolean ended;
  private int lastBatch;
  private long lastEnd = System.nanoTime() - PACE;
  private long unsyncedSince;

  /** Starts the thread. */
  public GroupCommit(Sink<C> sink, MeterRegistry registry) {
    this.sink = sink;
    this.commitTime =
        Timer.builder("relay.store.commit")
            .description("One group commit: writing and, with admissions, syncing.")
            .serviceLevelObjectives(
                Duration.ofNanos(250_000),
                Duration.ofNanos(500_000),
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(250),
                Duration.ofSeconds(1))
            .register(registry);
    this.batchSize =
        DistributionSummary.builder("relay.store.batch")
            .description("Changes in one group commit.")
            .serviceLevelObjectives(1, 4, 16, 64, 256, 1024)
            .register(registry);
    Gauge.builder("relay.store.waiting", waitingAdmissions, AtomicLong::get)
        .description("Events that wait to be written.")
        .register(registry);
    this.thread = new Thread(this::run, "relay-store-writer");
    this.thread.start();
  }

  /** Hands over an admission, unless too much is waiting. */
  public boolean offer(C change) {
    if (closed
        || waitingAdmissions.get() >= MAX_WAITING
        || waitingBytes.get() >= MAX_WAITING_BYTES) {
      return false;
    }
    waitingAdmissions.incrementAndGet();
    waitingBytes.addAndGet(change.weight());
    add(change);
    return true;
  }

  /** Hands over any other change: their number is bounded by who makes them. */
  public void put(C change) {
    if (closed) {
      change.failed(closedNow());
    } else {
      add(change);
    }
  }

  /** Adds, and takes back what the writer, ending meanwhile, would never see. */
  private void add(C change) {
    queue.add(change);
    if (ended && queue.remove(change)) {
      change.failed(closedNow());
    }
  }

  /**
   * Waits for the answer to a change.
   *
   * @throws StoreUnavailableException if it could not be stored
   */
  public static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw new StoreUnavailableException("the change could not be stored", e.getCause());
    }
  }

  private static StoreUnavailableException closedNow() {
    return new StoreUnavailableException("the store is closed", null);
  }

  private void run() {
    List<C> batch = new ArrayList<>();
    while (!closed || !queue.isEmpty()) {
      try {
        gather(batch);
        if (!batch.isEmpty()) {
          write(batch);
        }
        syncIfDue();
        sink.tick();
      } catch (InterruptedException e) {
        log.debug("Woken to close.");
      } catch (RuntimeException e) {
        log.error("The store's writer met an error that it should have handled.", e);
        fail(batch, e);
      } finally {
        batch.clear();
      }
    }
    sink.sync();
  }

  private void gather(List<C> batch) throws InterruptedException {
    long patience = unsyncedSince != 0 ? LAZY_SYNC / 2 : TimeUnit.SECONDS.toNanos(1);
    C first = queue.poll(patience, TimeUnit.NANOSECONDS);
    if (first == null) {
      lastBatch = 0;
      return;
    }
    long until = lastEnd + PACE;
    int enough = Math.min(lastBatch, MAX_BATCH) - 1;
    while (queue.size() < enough && System.nanoTime() - until < 0 && !closed) {
      LockSupport.parkNanos(GLANCE);
    }
    batch.add(first);
    queue.drainTo(batch, MAX_BATCH - 1);
    for (Change change : batch) {
      if (change.weight() > 0) {
        waitingAdmissions.decrementAndGet();
        waitingBytes.addAndGet(-change.weight());
      }
    }
  }

  private void write(List<C> batch) {
    boolean sync = batch.stream().anyMatch(Change::durable);
    long start = System.nanoTime();
    sink.write(batch, sync);
    lastEnd = System.nanoTime();
    lastBatch = batch.size();
    commitTime.record(lastEnd - start, TimeUnit.NANOSECONDS);
    batchSize.record(batch.size());
    if (sync) {
      unsyncedSince = 0; // a sync covers all that was written before
    } else if (unsyncedSince == 0) {
      unsyncedSince = lastEnd;
    }
  }

  private void syncIfDue() {
    if (unsyncedSince != 0 && System.nanoTime() - unsyncedSince > LAZY_SYNC / 2) {
      unsyncedSince = 0;
      sink.sync();
    }
  }

  private static void fail(List<? extends Change> batch, RuntimeException why) {
    for (Change change : batch) {
      change.failed(new StoreUnavailableException("the change could not be written", why));
    }
  }

  /** Writes what waits, then ends. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // closing must not leave the thread at a closed database
      }
    }
    ended = true;
    for (C late = queue.poll(); late != null; late = queue.poll()) {
      late.failed(closedNow());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
