package io.ghlrelay.retry;

import java.time.Instant;

/** What a {@link RetryPolicy} says after an attempt. Immutable. */
public sealed interface RetryDecision {

  /** The number of attempts finished, this one included, and what the policy keeps. */
  RetryProgress progress();

  /** The target took the event: 2xx. */
  record Delivered(RetryProgress progress) implements RetryDecision {}

  /**
   * Try again.
   *
   * @param due when; may lie in the past, which means at once
   */
  record Retry(Instant due, RetryProgress progress) implements RetryDecision {}

  /** Stop: the delivery is a dead letter. */
  record Dead(DeadReason reason, RetryProgress progress) implements RetryDecision {}
}
