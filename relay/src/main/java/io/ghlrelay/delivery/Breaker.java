package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A target's circuit breaker: resilience4j's, on the injected clock. Failures are outcomes that say
 * that the target is unavailable; a rejection says that it is there. Confined to its lane.
 *
 * <p>Each change of state begins an era. What was permitted in an earlier one is not counted, so
 * that answers which were on their way when it opened do not decide whether it closes.
 */
final class Breaker implements Gate {
  /** The library opens strictly after the time; its clock and ours may differ by their rounding. */
  private static final Duration AFTER = Duration.ofMillis(1);

  private static final Logger log = LoggerFactory.getLogger(Breaker.class);

  private final CircuitBreaker circuit;
  private final FlowConfig.Breaker config;
  private long era;
  private int trials;
  private Instant openUntil = Instant.MIN;

  Breaker(String target, FlowConfig.Breaker config, Clock clock) {
    this.config = config;
    this.circuit =
        CircuitBreaker.of(
            target,
            CircuitBreakerConfig.custom()
                .failureRateThreshold((float) config.failureRate())
                .slidingWindow(config.window(), config.minCalls(), SlidingWindowType.COUNT_BASED)
                .waitDurationInOpenState(config.openFor())
                .permittedNumberOfCallsInHalfOpenState(config.trials())
                .automaticTransitionFromOpenToHalfOpenEnabled(false) // would start a thread
                .clock(clock)
                .currentTimestampFunction(Clock::millis, TimeUnit.MILLISECONDS)
                .recordResult(Boolean.TRUE::equals)
                .build());
    circuit
        .getEventPublisher()
        .onStateTransition(
            event -> {
              era++;
              trials = 0;
              openUntil = clock.instant().plus(config.openFor()).plus(AFTER);
              log.info(
                  "Target {}: its circuit breaker goes from {} to {}.",
                  target,
                  event.getStateTransition().getFromState(),
                  event.getStateTransition().getToState());
            });
  }

  BreakerState state() {
    return switch (circuit.getState()) {
      case OPEN, FORCED_OPEN -> BreakerState.OPEN;
      case HALF_OPEN -> BreakerState.HALF_OPEN;
      case CLOSED, DISABLED, METRICS_ONLY -> BreakerState.CLOSED;
    };
  }

  @Override
  public Instant freeAt(Instant now) {
    return switch (state()) {
      case CLOSED -> now;
      case OPEN -> openUntil;
      case HALF_OPEN -> trials < config.trials() ? now : BY_EVENT;
    };
  }

  @Override
  public void started(Instant now) {
    if (!circuit.tryAcquirePermission()) {
      throw new IllegalStateException("an attempt through an open breaker");
    }
    if (circuit.getState() == State.HALF_OPEN) {
      trials++;
    }
  }

  /** Of the attempt that has just started. */
  long permit() {
    return era;
  }

  /** A permitted attempt was not made. */
  void notMade(long permit) {
    if (permit == era) {
      circuit.releasePermission();
      trials = Math.max(0, trials - 1);
    }
  }

  /**
   * A permitted attempt has ended.
   *
   * @return whether the breaker has closed by it
   */
  boolean answered(long permit, boolean unavailable) {
    if (permit != era) {
      return false;
    }
    State before = circuit.getState();
    circuit.onResult(0, TimeUnit.NANOSECONDS, unavailable);
    return before == State.HALF_OPEN && circuit.getState() == State.CLOSED;
  }

  @Override
  public String deferral() {
    return "breaker";
  }
}
