package io.ghlrelay.retry;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Uniform jitter with microsecond steps. Thread-safe. */
public final class RandomJitter implements JitterSource {
  private final RandomGenerator random;

  /** Unpredictable jitter. */
  public RandomJitter() {
    this.random = new SplittableRandom();
  }

  /** The same sequence for the same seed. */
  public RandomJitter(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public synchronized Duration draw(Duration min, Duration max) {
    long least = min.toNanos() / 1000;
    long greatest = max.toNanos() / 1000;
    return Duration.of(random.nextLong(least, greatest + 1), ChronoUnit.MICROS);
  }
}
