package io.ghlrelay.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The planned timeline of a series, for tables and drawings: what {@link RetryPolicy#decide} says
 * if every attempt fails at once. It asks the policy itself, so it cannot differ from it.
 */
public final class RetryPlan {
  private RetryPlan() {}

  /**
   * One planned retry.
   *
   * @param number of the retry, from 1
   * @param offset from the end of the first attempt
   */
  public record Step(int number, Duration offset) {}

  /** Every retry from a fresh start, as offsets from the end of the first attempt. */
  public static List<Step> of(RetryPolicy policy, JitterSource jitter) {
    Instant start = Instant.EPOCH;
    return remaining(policy, RetryProgress.START, start, jitter).stream()
        .map(due -> new Step(due.number(), Duration.between(start, due.at())))
        .toList();
  }

  /**
   * A retry at an instant.
   *
   * @param number of the retry, from 1
   * @param at when due
   */
  public record Due(int number, Instant at) {}

  /**
   * The retries that would follow if the attempt at {@code next}, and each after it, failed at once
   * with an outcome that the policy retries.
   *
   * @param progress the series so far
   * @param next when the next attempt is made
   * @param jitter for what is not drawn yet
   */
  public static List<Due> remaining(
      RetryPolicy policy, RetryProgress progress, Instant next, JitterSource jitter) {
    List<Due> plan = new ArrayList<>();
    Outcome failure = retried(policy);
    RetryDecision decision = policy.decide(progress, next, next, failure, jitter);
    while (decision instanceof RetryDecision.Retry retry) {
      plan.add(new Due(retry.progress().attempts(), retry.due()));
      decision = policy.decide(retry.progress(), retry.due(), retry.due(), failure, jitter);
    }
    return plan;
  }

  /** An outcome that the policy retries, so that the plan shows its schedule. */
  private static Outcome retried(RetryPolicy policy) {
    if (policy.retryOn().connection()) {
      return Outcome.failed(TransportError.CONNECT);
    }
    return policy.retryOn().timeout()
        ? Outcome.failed(TransportError.TIMEOUT)
        : policy.retryOn().statuses().stream()
            .sorted()
            .findFirst()
            .map(Outcome::answered)
            .orElse(Outcome.answered(400));
  }
}
