package io.ghlrelay.delivery;

import io.netty.util.concurrent.EventExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that owns every lane, and its alarm. Tests put a virtual one in its place.
 * Thread-safe.
 */
interface Loop {

  /** Runs a task on the loop, after those given before it. */
  void execute(Runnable task);

  /** Runs a task on the loop at an instant, or soon after; at once if it is past. */
  void at(Instant when, Runnable task);

  /** A loop on a Netty executor, whose alarm follows the given clock. */
  static Loop on(EventExecutor executor, Clock clock) {
    return new Loop() {
      @Override
      public void execute(Runnable task) {
        executor.execute(task);
      }

      @Override
      public void at(Instant when, Runnable task) {
        Duration wait = Duration.between(clock.instant(), when);
        long nanos =
            wait.isNegative() ? 0 : wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT_NANOS : wait.toNanos();
        executor.schedule(
            () -> {
              if (clock.instant().isBefore(when)) {
                at(when, task);
              } else {
                task.run();
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
      }
    };
  }

  /** How often a long wait looks at the clock, so that a leap of it is seen in time. */
  Duration MAX_WAIT = Duration.ofMillis(100);

  /** {@link #MAX_WAIT} in nanoseconds. */
  long MAX_WAIT_NANOS = MAX_WAIT.toNanos();
}
