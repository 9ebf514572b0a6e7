package io.ghlrelay.conformance.simulator;

import java.time.Duration;
import java.time.Instant;

/**
 * The simulator's time. Guarded by the simulator's lock.
 *
 * <p>Virtual time stands still while anything is in flight and then jumps to the next due instant;
 * scaled time runs by itself, as fast as asked.
 */
abstract sealed class SimulatorTime {
  abstract Instant now();

  /** Real nanoseconds until an instant; zero or less once it is reached. */
  abstract long nanosUntil(Instant instant);

  /** Time that runs. */
  static final class Scaled extends SimulatorTime {
    private final Instant start;
    private final long startNanos = System.nanoTime();
    private final double speed;

    Scaled(Instant start, double speed) {
      this.start = start;
      this.speed = speed;
    }

    @Override
    Instant now() {
      return start.plusNanos((long) ((System.nanoTime() - startNanos) * speed));
    }

    @Override
    long nanosUntil(Instant instant) {
      Duration left = Duration.between(now(), instant);
      // Rounded up, so that a wait of this length is never a hair too short.
      return left.isNegative() || left.isZero() ? 0 : (long) (left.toNanos() / speed) + 1;
    }
  }

  /** Time that jumps. */
  static final class Virtual extends SimulatorTime {
    private Instant now;

    Virtual(Instant start) {
      this.now = start;
    }

    @Override
    Instant now() {
      return now;
    }

    @Override
    long nanosUntil(Instant instant) {
      return instant.isAfter(now) ? Long.MAX_VALUE : 0;
    }

    void jumpTo(Instant instant) {
      if (instant.isAfter(now)) {
        now = instant;
      }
    }
  }
}
