package io.ghlrelay.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * When to try again and when to stop: a pure rule over the attempts so far and the last outcome.
 * Immutable.
 *
 * <p>With n = number of the retry (1 = first), b(n) = its backoff and j = jitter:
 *
 * <ul>
 *   <li>jitter on {@link JitterOn#FIRST}: the jitter takes the place of the first backoff, so b(1)
 *       = 0 and b(n) = min(minBackoff x factor^(n-2), maxBackoff);
 *   <li>otherwise b(n) = min(minBackoff x factor^(n-1), maxBackoff);
 *   <li>{@link Timeline#OFFSETS}: retry n is due at (end of the first attempt) + b(n) + jitter;
 *   <li>{@link Timeline#INTERVALS}: retry n is due at (end of the previous attempt) + b(n) +
 *       jitter, where a jitter on FIRST is added before the first retry only.
 * </ul>
 *
 * @param name its name in configuration
 * @param retryOn which outcomes are retried; 2xx never is
 * @param minBackoff smallest backoff, more than zero
 * @param factor growth per retry, 1 or more
 * @param maxBackoff cap of one backoff, not less than {@code minBackoff}
 * @param jitter which retries carry jitter, and how much
 * @param timeline what the backoffs are counted from
 * @param maxRetries retries at most, beside the first attempt; 0 or more
 * @param maxDuration no retry is due later than this after the first failure
 * @param honorRetryAfter whether a {@code Retry-After} may push a retry later (never earlier)
 */
public record RetryPolicy(
    String name,
    RetryOn retryOn,
    Duration minBackoff,
    double factor,
    Duration maxBackoff,
    Jitter jitter,
    Timeline timeline,
    int maxRetries,
    Duration maxDuration,
    boolean honorRetryAfter) {

  /** What the backoffs are counted from. */
  public enum Timeline {
    /** From the end of the first attempt: every retry has a fixed place. */
    OFFSETS,
    /** From the end of the previous attempt. */
    INTERVALS
  }

  /** Which retries carry jitter. */
  public enum JitterOn {
    NONE,
    FIRST,
    EACH
  }

  /**
   * Uniform jitter.
   *
   * @param on which retries carry it
   * @param min least value, zero or more
   * @param max greatest value
   */
  public record Jitter(JitterOn on, Duration min, Duration max) {}

  /**
   * Which outcomes are retried.
   *
   * @param statuses HTTP statuses, 300..599
   * @param timeout whether {@link TransportError#TIMEOUT} is
   * @param connection whether every other transport error is
   */
  public record RetryOn(Set<Integer> statuses, boolean timeout, boolean connection) {}

  /**
   * Decides what follows an attempt.
   *
   * @param before the series before this attempt
   * @param startedAt when the attempt was sent
   * @param endedAt when it ended
   * @param outcome how it ended
   * @param jitterSource asked only where the policy draws jitter
   */
  @SuppressWarnings("DoNotCallSuggester")
  public RetryDecision decide(
      RetryProgress before,
      Instant startedAt,
      Instant endedAt,
      Outcome outcome,
      JitterSource jitterSource) {
    throw new IllegalStateException("not yet written");
  }
}
