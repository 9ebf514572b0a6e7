package io.ghlrelay.conformance.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one attempt ended. */
public sealed interface Outcome {
  /**
   * With an answer.
   *
   * @param status its final HTTP status, 200..599
   * @param retryAfter its {@code Retry-After}; null = none that can be read
   */
  record Answered(int status, @Nullable Duration retryAfter) implements Outcome {}

  /**
   * Without one.
   *
   * @param error why
   */
  record Failed(TransportError error) implements Outcome {}

  /** An answer without {@code Retry-After}. */
  static Outcome answered(int status) {
    return new Answered(status, null);
  }

  /** No answer. */
  static Outcome failed(TransportError error) {
    return new Failed(error);
  }

  /** Whether the platform takes the event as delivered: 2xx. */
  default boolean delivered() {
    return this instanceof Answered answered && answered.status() / 100 == 2;
  }

  /** For people: the status, or the error's name. */
  default String label() {
    return this instanceof Answered answered
        ? String.valueOf(answered.status())
        : ((Failed) this).error().id();
  }
}
