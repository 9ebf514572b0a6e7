package io.ghlrelay.conformance.schedule;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * One rule set: what is tried again, when, and how often. Immutable.
 *
 * @param statuses which statuses are tried again
 * @param timeout whether an attempt without an answer in time is
 * @param connection whether one with any other transport error is
 * @param minBackoff first backoff, more than zero
 * @param factor growth of the backoff, 1 or more
 * @param maxBackoff cap of one backoff
 * @param jitterOn which retries carry jitter
 * @param minJitter least jitter
 * @param maxJitter greatest jitter
 * @param timeline what the backoffs count from
 * @param maxRetries retries at most, the first attempt not counted
 * @param maxDuration no retry is due later than this after the end of the first attempt
 * @param honorRetryAfter whether {@code Retry-After} may push a retry later
 */
public record RetryRules(
    Set<Integer> statuses,
    boolean timeout,
    boolean connection,
    Duration minBackoff,
    double factor,
    Duration maxBackoff,
    JitterOn jitterOn,
    Duration minJitter,
    Duration maxJitter,
    Timeline timeline,
    int maxRetries,
    Duration maxDuration,
    boolean honorRetryAfter) {

  /** Checks the ranges. */
  public RetryRules {
    statuses = Set.copyOf(statuses);
    check(minBackoff.compareTo(Duration.ZERO) > 0, "minBackoff", minBackoff, "more than 0");
    check(factor >= 1, "factor", factor, "1 or more");
    check(maxBackoff.compareTo(minBackoff) >= 0, "maxBackoff", maxBackoff, "minBackoff or more");
    check(!minJitter.isNegative(), "minJitter", minJitter, "0 or more");
    check(maxJitter.compareTo(minJitter) >= 0, "maxJitter", maxJitter, "minJitter or more");
    check(maxRetries >= 0, "maxRetries", maxRetries, "0 or more");
    check(!maxDuration.isNegative(), "maxDuration", maxDuration, "0 or more");
  }

  private static void check(boolean good, String name, Object value, String expected) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  /** Which retries carry jitter. */
  public enum JitterOn {
    NONE,
    /** The first alone; it takes the place of the first backoff. */
    FIRST,
    EACH
  }

  /** What the backoffs count from. */
  public enum Timeline {
    /** From the end of the first attempt. */
    OFFSETS,
    /** From the end of the attempt before. */
    INTERVALS;

    /** Its name in profiles and reports. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The timeline of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Timeline parse(String id) {
      return Arrays.stream(values())
          .filter(one -> one.id().equals(id))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "timeline: " + id + " (expected: offsets or intervals)"));
    }
  }

  /** Whether this outcome is tried again, if retries are left. */
  public boolean retries(Outcome outcome) {
    if (outcome instanceof Outcome.Answered answered) {
      return !outcome.delivered() && statuses.contains(answered.status());
    }
    return outcome.equals(Outcome.failed(TransportError.TIMEOUT)) ? timeout : connection;
  }

  /** The same rules on another timeline. */
  public RetryRules on(Timeline other) {
    return new RetryRules(
        statuses,
        timeout,
        connection,
        minBackoff,
        factor,
        maxBackoff,
        jitterOn,
        minJitter,
        maxJitter,
        other,
        maxRetries,
        maxDuration,
        honorRetryAfter);
  }

  /** The same rules with other waits. */
  public RetryRules with(
      Duration newMinBackoff,
      Duration newMaxBackoff,
      Duration newMinJitter,
      Duration newMaxJitter) {
    return new RetryRules(
        statuses,
        timeout,
        connection,
        newMinBackoff,
        factor,
        newMaxBackoff,
        jitterOn,
        newMinJitter,
        newMaxJitter,
        timeline,
        maxRetries,
        maxDuration,
        honorRetryAfter);
  }

  /** The same rules with another limit on the whole duration. */
  public RetryRules within(Duration newMaxDuration) {
    return new RetryRules(
        statuses,
        timeout,
        connection,
        minBackoff,
        factor,
        maxBackoff,
        jitterOn,
        minJitter,
        maxJitter,
        timeline,
        maxRetries,
        newMaxDuration,
        honorRetryAfter);
  }

  /** The same rules, {@code Retry-After} honoured or not. */
  public RetryRules honoringRetryAfter(boolean honor) {
    return new RetryRules(
        statuses,
        timeout,
        connection,
        minBackoff,
        factor,
        maxBackoff,
        jitterOn,
        minJitter,
        maxJitter,
        timeline,
        maxRetries,
        maxDuration,
        honor);
  }

  /** The same rules with every wait and limit divided, for runs in a hurry. */
  public RetryRules dividedBy(int divisor) {
    return new RetryRules(
        statuses,
        timeout,
        connection,
        minBackoff.dividedBy(divisor),
        factor,
        maxBackoff.dividedBy(divisor),
        jitterOn,
        minJitter.dividedBy(divisor),
        maxJitter.dividedBy(divisor),
        timeline,
        maxRetries,
        maxDuration.dividedBy(divisor),
        honorRetryAfter);
  }
}
