package io.ghlrelay.retry;

import java.time.Duration;

/**
 * Where jitter comes from: random in production, fixed in tests. Implementations are thread-safe.
 */
@FunctionalInterface
public interface JitterSource {

  /**
   * Draws one jitter.
   *
   * @param min the least value, zero or more
   * @param max the greatest value, not less than {@code min}
   * @return a duration in {@code [min, max]}
   */
  Duration draw(Duration min, Duration max);
}
