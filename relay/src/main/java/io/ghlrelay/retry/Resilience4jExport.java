package io.ghlrelay.retry;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * A {@link RetryPolicy} in the terms of resilience4j, for users' own clients. The relay itself does
 * not retry this way: resilience4j counts in memory and cannot resume after a restart.
 *
 * <p>resilience4j waits from the end of each attempt and measures in milliseconds. On {@link
 * RetryPolicy.Timeline#OFFSETS} the waits are therefore the differences between planned offsets,
 * which is exact when attempts take no time.
 */
public final class Resilience4jExport {
  private Resilience4jExport() {}

  /**
   * The waits of one series: jitter is drawn now, once, so make one function a call.
   *
   * @return number of the retry, from 1, to milliseconds; beyond the last retry it throws {@link
   *     IllegalArgumentException}, for {@link #retryConfig} ends before that
   */
  public static IntervalFunction intervalFunction(RetryPolicy policy, JitterSource jitter) {
    return intervalFunction(RetryPlan.of(policy, jitter));
  }

  private static IntervalFunction intervalFunction(List<RetryPlan.Step> plan) {
    long[] waits = new long[plan.size()];
    Duration reached = Duration.ZERO;
    for (int i = 0; i < waits.length; i++) {
      // Jitter on each may put a place before the one in front of it: that retry goes at once.
      Duration wait = plan.get(i).offset().minus(reached);
      if (!wait.isNegative()) {
        waits[i] = wait.toMillis();
        reached = plan.get(i).offset();
      }
    }
    return retry -> {
      if (retry < 1 || retry > waits.length) {
        throw new IllegalArgumentException(
            "retry: " + retry + " (expected: 1.." + waits.length + ")");
      }
      return waits[retry - 1];
    };
  }

  /**
   * The whole policy for one call: attempts at most, waits, and what is retried.
   *
   * @param outcomeOf how a result reads as an outcome, for example by its status
   * @param outcomeOfError how an exception does
   * @param <T> the result of the call
   */
  public static <T> RetryConfig retryConfig(
      RetryPolicy policy,
      JitterSource jitter,
      Function<T, Outcome> outcomeOf,
      Function<Throwable, Outcome> outcomeOfError) {
    // Stopping by the plan's length, never by a negative wait: resilience4j would count such a
    // stop as a success.
    // One plan for both: another draw of jitter could be cut off by maxDuration elsewhere.
    List<RetryPlan.Step> plan = RetryPlan.of(policy, jitter);
    return RetryConfig.<T>custom()
        .maxAttempts(plan.size() + 1)
        .intervalFunction(intervalFunction(plan))
        .retryOnResult(result -> retried(policy, outcomeOf.apply(result)))
        .retryOnException(error -> retried(policy, outcomeOfError.apply(error)))
        .build();
  }

  private static boolean retried(RetryPolicy policy, Outcome outcome) {
    return !outcome.isSuccess() && policy.retryOn().covers(outcome);
  }
}
