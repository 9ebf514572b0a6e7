package io.ghlrelay.conformance.schedule;

import java.time.Duration;
import java.util.SplittableRandom;

/** Where jitter comes from. */
@FunctionalInterface
public interface JitterDraw {
  /** A duration within [min, max]. */
  Duration draw(Duration min, Duration max);

  /** Uniform, to the millisecond, from a seed: the same seed draws the same. Not thread-safe. */
  static JitterDraw seeded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return (min, max) -> min.plusMillis(random.nextLong(max.minus(min).toMillis() + 1));
  }

  /** Always the same, or the nearest that the rules allow. */
  static JitterDraw fixed(Duration jitter) {
    return (min, max) -> jitter.compareTo(min) < 0 ? min : jitter.compareTo(max) > 0 ? max : jitter;
  }
}
