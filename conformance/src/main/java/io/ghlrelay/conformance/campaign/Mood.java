package io.ghlrelay.conformance.campaign;

import java.time.Duration;

/**
 * How a target behaves for a while.
 *
 * @param behaviour what it does
 * @param percent to how many of its requests; the others are taken
 * @param delay for {@link Behaviour#SLOW}
 */
record Mood(Behaviour behaviour, int percent, Duration delay) {
  static final Mood GOOD = new Mood(Behaviour.TAKE, 100, Duration.ZERO);

  /** What a target does with a request. */
  enum Behaviour {
    TAKE,
    STATUS_503,
    STATUS_429,
    REJECT,
    SLOW,
    HANG,
    ENDLESS,
    RESET,
    GARBAGE
  }
}
