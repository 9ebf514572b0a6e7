package io.ghlrelay.retry;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far one series of attempts has come: everything a {@link RetryPolicy} needs to continue it,
 * after a restart too. Immutable.
 *
 * @param attempts requests finished so far in this series, 0 or more
 * @param firstFailureEnd when the first attempt ended in failure; null before that. Offsets count
 *     from here
 * @param jitter the jitter drawn at the first failure; null before that, or if the policy draws
 *     none
 * @param dueOffset when the next retry is due, as planned, from {@code firstFailureEnd}; zero
 *     before the first failure. The time limit is held against this, never against the wall clock
 */
public record RetryProgress(
    int attempts,
    @Nullable Instant firstFailureEnd,
    @Nullable Duration jitter,
    Duration dueOffset) {

  /** A series of which nothing has been sent. */
  public static final RetryProgress START = new RetryProgress(0, null, null, Duration.ZERO);
}
