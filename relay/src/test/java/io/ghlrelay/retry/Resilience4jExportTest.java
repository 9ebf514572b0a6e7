package io.ghlrelay.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.retry.RetryPolicy.Timeline;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The exported policy waits as the engine does. */
class Resilience4jExportTest {
  @ParameterizedTest
  @EnumSource(Timeline.class)
  void waitsAsTheEngineDecidesForTheSameJitter(Timeline timeline) {
    RetryPolicy policy = RetryPolicies.ghl2025().withTimeline(timeline);
    for (long seed = 0; seed < 200; seed++) {
      IntervalFunction waits = Resilience4jExport.intervalFunction(policy, new RandomJitter(seed));

      assertThat(exported(waits)).isEqualTo(decided(policy, new RandomJitter(seed)));
    }
  }

  private static List<Long> exported(IntervalFunction waits) {
    List<Long> millis = new ArrayList<>();
    for (int retry = 1; retry <= 10; retry++) {
      millis.add(waits.apply(retry));
    }
    return millis;
  }

  /** The waits between attempts that fail at once, as the engine makes them. */
  private static List<Long> decided(RetryPolicy policy, JitterSource jitter) {
    List<Long> millis = new ArrayList<>();
    RetryProgress progress = RetryProgress.START;
    Instant at = Instant.EPOCH;
    while (policy.decide(progress, at, at, Outcome.answered(503), jitter)
        instanceof RetryDecision.Retry retry) {
      millis.add(Duration.between(at, retry.due()).toMillis());
      at = retry.due();
      progress = retry.progress();
    }
    return millis;
  }

  @ParameterizedTest
  @CsvSource({"503, 4", "429, 4", "400, 1", "200, 1", "302, 1"})
  void theConfigStopsAndRetriesAsThePolicy(int status, int calls) {
    RetryPolicy quick =
        new RetryPolicy(
            "quick",
            RetryPolicies.ghl2025().retryOn(),
            Duration.ofMillis(1),
            1,
            Duration.ofMillis(1),
            RetryPolicy.Jitter.NONE,
            Timeline.INTERVALS,
            3,
            Duration.ofSeconds(1),
            false);
    RetryConfig config =
        Resilience4jExport.<Integer>retryConfig(
            quick,
            new RandomJitter(1),
            Outcome::answered,
            error -> Outcome.failed(TransportError.CONNECT));
    AtomicInteger made = new AtomicInteger();

    int last =
        Retry.of("test", config)
            .executeSupplier(
                () -> {
                  made.incrementAndGet();
                  return status;
                });

    assertThat(last).isEqualTo(status);
    assertThat(made).hasValue(calls);
  }

  @Test
  void noConfigEndsBeyondItsWaitsWhereTheTimeLimitCutsTheSeries() {
    RetryPolicy cut =
        new RetryPolicy(
            "cut",
            RetryPolicies.ghl2025().retryOn(),
            Duration.ofSeconds(10),
            2,
            Duration.ofHours(2),
            RetryPolicies.ghl2025().jitter(),
            Timeline.OFFSETS,
            10,
            Duration.ofSeconds(85),
            false);
    Set<Integer> lengths = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      RetryConfig config =
          Resilience4jExport.<Integer>retryConfig(
              cut,
              new RandomJitter(seed),
              Outcome::answered,
              error -> Outcome.failed(TransportError.CONNECT));
      int retries = config.getMaxAttempts() - 1;
      lengths.add(retries);

      assertThat(config.<Integer>getIntervalBiFunction().apply(retries, Either.right(503)))
          .isPositive();
    }
    assertThat(lengths).as("the limit cuts at different places").hasSizeGreaterThan(1);
  }

  @Test
  void waitsAreNeverNegativeWhereJitterTurnsPlacesAround() {
    RetryPolicy wide =
        new RetryPolicy(
            "wide",
            RetryPolicies.ghl2025().retryOn(),
            Duration.ofSeconds(1),
            2,
            Duration.ofHours(2),
            new RetryPolicy.Jitter(
                RetryPolicy.JitterOn.EACH, Duration.ZERO, Duration.ofSeconds(60)),
            Timeline.OFFSETS,
            5,
            Duration.ofHours(2),
            false);
    for (long seed = 0; seed < 200; seed++) {
      IntervalFunction waits = Resilience4jExport.intervalFunction(wide, new RandomJitter(seed));
      for (int retry = 1; retry <= 5; retry++) {
        assertThat(waits.apply(retry)).isNotNegative();
      }
    }
  }
}
