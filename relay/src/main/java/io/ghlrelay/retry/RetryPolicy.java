package io.ghlrelay.retry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

  /** A {@code Retry-After} beyond this is taken as this: a target cannot park an event for ever. */
  public static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

  /** Longer than any schedule; keeps nanoseconds within a long. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final long LONGEST_MICROS = LONGEST.toNanos() / 1000;

  public RetryPolicy {
    check(!minBackoff.isNegative() && !minBackoff.isZero(), "minBackoff", minBackoff, "> 0");
    check(factor >= 1 && factor <= 100, "factor", factor, "1..100");
    check(maxBackoff.compareTo(minBackoff) >= 0, "maxBackoff", maxBackoff, ">= minBackoff");
    check(maxRetries >= 0, "maxRetries", maxRetries, ">= 0");
    check(!maxDuration.isNegative(), "maxDuration", maxDuration, ">= 0");
  }

  private static void check(boolean good, String name, Object value, String expected) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

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
  public record Jitter(JitterOn on, Duration min, Duration max) {
    /** No jitter at all. */
    public static final Jitter NONE = new Jitter(JitterOn.NONE, Duration.ZERO, Duration.ZERO);

    public Jitter {
      check(!min.isNegative(), "jitter.min", min, ">= 0");
      check(max.compareTo(min) >= 0, "jitter.max", max, ">= jitter.min");
    }
  }

  /**
   * Which outcomes are retried.
   *
   * @param statuses HTTP statuses, 300..599
   * @param timeout whether {@link TransportError#TIMEOUT} is
   * @param connection whether every other transport error is
   */
  public record RetryOn(Set<Integer> statuses, boolean timeout, boolean connection) {
    public RetryOn {
      statuses = Set.copyOf(statuses);
      for (int status : statuses) {
        check(status >= 300 && status <= 599, "retryOn", status, "300..599");
      }
    }

    /** Whether an outcome is worth another attempt. */
    public boolean covers(Outcome outcome) {
      if (outcome instanceof Outcome.Failed failed) {
        return failed.error() == TransportError.TIMEOUT ? timeout : connection;
      }
      return statuses.contains(outcome.effectiveStatus());
    }
  }

  /** The same policy on another timeline. */
  public RetryPolicy withTimeline(Timeline other) {
    return new RetryPolicy(
        name,
        retryOn,
        minBackoff,
        factor,
        maxBackoff,
        jitter,
        other,
        maxRetries,
        maxDuration,
        honorRetryAfter);
  }

  /**
   * The backoff before a retry, without jitter.
   *
   * @param retry its number, from 1
   */
  public Duration backoff(int retry) {
    int doublings = jitter.on() == JitterOn.FIRST ? retry - 2 : retry - 1;
    if (doublings < 0) {
      return Duration.ZERO;
    }
    double micros = toMicros(minBackoff) * Math.pow(factor, doublings);
    long cap = toMicros(maxBackoff);
    return ofMicros(micros >= cap ? cap : Math.round(micros));
  }

  /**
   * Decides what follows an attempt.
   *
   * @param before the series before this attempt
   * @param startedAt when the attempt was sent
   * @param endedAt when it ended, not before {@code startedAt}
   * @param outcome how it ended
   * @param jitterSource asked only where the policy draws jitter
   */
  public RetryDecision decide(
      RetryProgress before,
      Instant startedAt,
      Instant endedAt,
      Outcome outcome,
      JitterSource jitterSource) {
    int attempts = before.attempts() + 1;
    RetryProgress ended =
        new RetryProgress(attempts, before.firstFailureEnd(), before.jitter(), before.dueOffset());
    if (outcome.isSuccess()) {
      return new RetryDecision.Delivered(ended);
    }
    if (!retryOn.covers(outcome)) {
      return new RetryDecision.Dead(DeadReason.REJECTED, ended);
    }
    int retry = attempts; // after the first attempt comes retry 1
    if (retry > maxRetries) {
      return new RetryDecision.Dead(DeadReason.EXHAUSTED, ended);
    }
    Instant firstEnd =
        before.firstFailureEnd() != null ? before.firstFailureEnd() : micros(endedAt);
    Duration drawn = before.jitter() == null ? draw(retry, jitterSource) : before.jitter();
    Duration extra = jitter.on() == JitterOn.EACH && retry > 1 ? draw(retry, jitterSource) : drawn;
    Duration offset =
        switch (timeline) {
          case OFFSETS -> backoff(retry).plus(extra);
          case INTERVALS ->
              before
                  .dueOffset()
                  .plus(retry == 1 ? Duration.ZERO : ran(startedAt, endedAt))
                  .plus(backoff(retry))
                  .plus(retry == 1 || jitter.on() == JitterOn.EACH ? extra : Duration.ZERO);
        };
    Instant due = due(firstEnd, micros(endedAt), retry, offset, before.dueOffset(), startedAt);
    Duration retryAfter =
        outcome instanceof Outcome.Answered answered ? answered.retryAfter() : null;
    if (honorRetryAfter && retryAfter != null) {
      Instant asked = micros(endedAt).plus(clamped(retryAfter));
      if (asked.isAfter(due)) {
        // Counted from where the attempt was planned, so that its lateness uses up nothing.
        Duration ran = retry == 1 ? Duration.ZERO : ran(startedAt, endedAt);
        Duration pushed = before.dueOffset().plus(ran).plus(clamped(retryAfter));
        offset = pushed.compareTo(offset) > 0 ? pushed : offset;
        due = asked;
      }
    }
    if (offset.compareTo(before.dueOffset()) < 0) {
      // A retry in its planned place behind one that Retry-After pushed goes at once, so the series
      // stands where the pushed one did; else each push would be measured from the plan anew.
      offset = before.dueOffset();
    }
    if (offset.compareTo(maxDuration) > 0) {
      return new RetryDecision.Dead(DeadReason.EXHAUSTED, ended);
    }
    return new RetryDecision.Retry(due, new RetryProgress(attempts, firstEnd, drawn, offset));
  }

  /**
   * The instant that belongs to a planned offset. On OFFSETS it is simply counted from the end of
   * the first attempt. On INTERVALS it is counted from the end of the previous attempt: that one
   * may have started late (the relay was down, the target paused), and such lateness moves the
   * instant but not the offset, so it uses up nothing of {@link #maxDuration}.
   */
  private Instant due(
      Instant firstEnd,
      Instant endedAt,
      int retry,
      Duration offset,
      Duration previousOffset,
      Instant startedAt) {
    if (timeline == Timeline.OFFSETS || retry == 1) {
      return firstEnd.plus(offset);
    }
    return endedAt.plus(offset.minus(previousOffset).minus(ran(startedAt, endedAt)));
  }

  private static Duration clamped(Duration retryAfter) {
    return retryAfter.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : retryAfter;
  }

  private Duration draw(int retry, JitterSource source) {
    if (jitter.on() == JitterOn.NONE || (jitter.on() == JitterOn.FIRST && retry > 1)) {
      return Duration.ZERO;
    }
    return ofMicros(toMicros(source.draw(jitter.min(), jitter.max())));
  }

  private static Duration ran(Instant startedAt, Instant endedAt) {
    Duration ran = Duration.between(startedAt, endedAt);
    return ran.isNegative() ? Duration.ZERO : ofMicros(toMicros(ran));
  }

  private static Instant micros(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  private static long toMicros(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST_MICROS : duration.toNanos() / 1000;
  }

  private static Duration ofMicros(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }
}
