package io.ghlrelay.ingress;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets a line into the log now and then, however often there is a reason: floods fill no disk. */
final class NotePace {
  private static final long EVERY = Duration.ofSeconds(10).toNanos();

  private final AtomicLong dueAt = new AtomicLong(System.nanoTime());

  /** Whether it is time for one; then not again for a while. Thread-safe. */
  boolean due() {
    long due = dueAt.get();
    long now = System.nanoTime();
    return now - due >= 0 && dueAt.compareAndSet(due, now + EVERY);
  }
}
