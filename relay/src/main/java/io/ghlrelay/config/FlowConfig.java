package io.ghlrelay.config;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may hold an attempt back, beside the limits that every target has: the order of deliveries,
 * a circuit breaker, the ramp after an outage. None of them uses up an attempt. Immutable.
 *
 * @param ordering which deliveries wait for each other
 * @param breaker the circuit breaker; null = none
 * @param catchUp how the target is approached after an outage
 */
public record FlowConfig(Ordering ordering, @Nullable Breaker breaker, CatchUp catchUp) {

  /** No order, no breaker, the usual ramp. */
  public static final FlowConfig DEFAULT =
      new FlowConfig(Ordering.NONE, null, new CatchUp(1, Duration.ofSeconds(30)));

  /** What deliveries of one target are kept in order by. */
  public enum Ordering {
    /** None waits for another. */
    NONE,
    /** Deliveries of one location go one after the other. */
    LOCATION,
    /** Deliveries about one contact go one after the other. */
    CONTACT;

    /** The name in the configuration. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * When to leave a failing target alone.
   *
   * @param failureRate percent of failures, above 0 to 100, that open it
   * @param window the latest attempts that are looked at
   * @param minCalls attempts before it may open
   * @param openFor how long it lets nothing through
   * @param trials attempts that then decide whether it closes
   */
  public record Breaker(
      double failureRate, int window, int minCalls, Duration openFor, int trials) {}

  /**
   * How many attempts may be in flight while a target is caught up with.
   *
   * @param from at first
   * @param over time of good answers after which the whole concurrency is used; 0 = at once
   */
  public record CatchUp(int from, Duration over) {}
}
