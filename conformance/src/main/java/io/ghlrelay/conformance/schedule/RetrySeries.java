package io.ghlrelay.conformance.schedule;

import io.ghlrelay.conformance.schedule.RetryRules.JitterOn;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one event under one rule set. Confined to its caller.
 *
 * <p>Every retry has a planned place: its distance from the end of the first attempt if every
 * attempt were sent exactly when due. The limit on duration looks at places only, so lateness of
 * the sender uses up nothing.
 */
public final class RetrySeries {
  /** A {@code Retry-After} beyond this counts as this. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

  private final RetryRules rules;
  private final JitterDraw jitter;
  private int attempts;
  private @Nullable Instant origin;
  private @Nullable Duration drawn;
  private Duration place = Duration.ZERO;

  /** A series without attempts. */
  public RetrySeries(RetryRules rules, JitterDraw jitter) {
    this.rules = rules;
    this.jitter = jitter;
  }

  /** The jitter drawn first; null before that, and where the rules draw none. */
  public @Nullable Duration jitter() {
    return rules.jitterOn() == JitterOn.NONE ? null : drawn;
  }

  /** End of the first attempt, from which offsets count; null before that. */
  public @Nullable Instant origin() {
    return origin;
  }

  /** Says what follows an attempt. */
  public Decision after(Instant sent, Instant ended, Outcome outcome) {
    attempts++;
    if (origin == null) {
      origin = ended;
    }
    if (outcome.delivered()) {
      return new Decision.Delivered();
    }
    if (!rules.retries(outcome)) {
      return new Decision.Dead(DeadReason.REJECTED);
    }
    if (attempts > rules.maxRetries()) {
      return new Decision.Dead(DeadReason.EXHAUSTED);
    }
    Duration took = attempts == 1 ? Duration.ZERO : Duration.between(sent, ended);
    Duration wait = backoff(attempts).plus(jitterOf(attempts));
    Duration planned = wait;
    Instant due = origin.plus(wait);
    if (rules.timeline() == Timeline.INTERVALS) {
      planned = place.plus(took).plus(wait);
      due = ended.plus(wait);
    }
    Duration asked = asked(outcome);
    if (asked != null && ended.plus(asked).isAfter(due)) {
      planned = max(planned, place.plus(took).plus(asked));
      due = ended.plus(asked);
    }
    place = max(place, planned);
    if (place.compareTo(rules.maxDuration()) > 0) {
      return new Decision.Dead(DeadReason.EXHAUSTED);
    }
    return new Decision.Retry(due);
  }

  private @Nullable Duration asked(Outcome outcome) {
    if (!rules.honorRetryAfter() || !(outcome instanceof Outcome.Answered answered)) {
      return null;
    }
    Duration retryAfter = answered.retryAfter();
    return retryAfter != null && retryAfter.compareTo(MAX_RETRY_AFTER) > 0
        ? MAX_RETRY_AFTER
        : retryAfter;
  }

  /** Backoff before a retry, counted from 1, without jitter. */
  private Duration backoff(int retry) {
    int doublings = retry - (rules.jitterOn() == JitterOn.FIRST ? 2 : 1);
    if (doublings < 0) {
      return Duration.ZERO; // jitter alone
    }
    double millis = rules.minBackoff().toNanos() / 1e6 * Math.pow(rules.factor(), doublings);
    double cap = rules.maxBackoff().toNanos() / 1e6;
    return millis >= cap ? rules.maxBackoff() : Duration.ofNanos(Math.round(millis * 1000) * 1000);
  }

  private Duration jitterOf(int retry) {
    if (drawn == null) {
      drawn =
          rules.jitterOn() == JitterOn.NONE
              ? Duration.ZERO
              : jitter.draw(rules.minJitter(), rules.maxJitter());
      return drawn;
    }
    return switch (rules.jitterOn()) {
      case NONE -> Duration.ZERO;
      case EACH -> retry == 1 ? drawn : jitter.draw(rules.minJitter(), rules.maxJitter());
      // Offsets all stand on the first wait; intervals have it behind them.
      case FIRST -> rules.timeline() == Timeline.OFFSETS ? drawn : Duration.ZERO;
    };
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
