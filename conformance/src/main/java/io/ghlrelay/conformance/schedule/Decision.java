package io.ghlrelay.conformance.schedule;

import java.time.Instant;

/** What follows an attempt. */
public sealed interface Decision {
  /** The event is delivered. */
  record Delivered() implements Decision {}

  /**
   * It is tried again.
   *
   * @param due when; never before the end of the attempt
   */
  record Retry(Instant due) implements Decision {}

  /**
   * It is given up.
   *
   * @param reason why
   */
  record Dead(DeadReason reason) implements Decision {}
}
