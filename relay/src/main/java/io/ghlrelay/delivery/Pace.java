package io.ghlrelay.delivery;

import java.time.Duration;
import java.time.Instant;

/**
 * A rate limit: attempts evenly spaced, with a tenth of a second's worth at once, so that a timer's
 * coarseness costs nothing (the generic cell rate algorithm). resilience4j's limiter is not used
 * since it reads the system's clock; schedules here run on an injected one. Confined to its lane.
 */
final class Pace implements Gate {
  private static final double AT_ONCE_SECONDS = 0.1;

  private final Duration interval;
  private final Duration tolerance;

  /** When the next attempt would stand in an even row. */
  private Instant next = Instant.MIN;

  /**
   * A pace.
   *
   * @param perSecond attempts a second at most, more than 0
   */
  Pace(double perSecond) {
    this.interval = Duration.ofNanos(Math.max(1, Math.round(1e9 / perSecond)));
    double atOnce = Math.max(1, perSecond * AT_ONCE_SECONDS);
    this.tolerance = Duration.ofNanos(Math.round((atOnce - 1) * interval.toNanos()));
  }

  @Override
  public Instant freeAt(Instant now) {
    return next.isBefore(now) ? now : next.minus(tolerance);
  }

  @Override
  public void started(Instant now) {
    next = (next.isBefore(now) ? now : next).plus(interval);
  }

  @Override
  public String deferral() {
    return "rateLimit";
  }
}
