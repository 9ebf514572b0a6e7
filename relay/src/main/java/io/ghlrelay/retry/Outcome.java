package io.ghlrelay.retry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one attempt ended: the target answered with a status, or a transport error. Immutable. */
public sealed interface Outcome {

  /**
   * The target answered.
   *
   * @param status the final HTTP status, 200..599; interim 1xx answers are never an outcome
   * @param retryAfter the answer's {@code Retry-After}, or null if absent or not understood
   */
  record Answered(int status, @Nullable Duration retryAfter) implements Outcome {
    public Answered {
      if (status < 200 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
      }
    }
  }

  /** No usable answer. */
  record Failed(TransportError error) implements Outcome {}

  /** An answer without {@code Retry-After}. */
  static Outcome answered(int status) {
    return new Answered(status, null);
  }

  /** A transport error. */
  static Outcome failed(TransportError error) {
    return new Failed(error);
  }

  /** The status, or the one the error is treated as (408 or 503). */
  default int effectiveStatus() {
    return this instanceof Answered answered
        ? answered.status()
        : ((Failed) this).error().treatedAsStatus();
  }

  /** True for an answer of 200..299. */
  default boolean isSuccess() {
    return this instanceof Answered answered && answered.status() < 300;
  }

  /**
   * True where the target seems unavailable: no usable answer, or 408, 429, 500..599. A rejection
   * (another 4xx) says that it is there. Not what is retried: that is the policy's.
   */
  default boolean unavailable() {
    int status = effectiveStatus();
    return status == 408 || status == 429 || status >= 500;
  }
}
