package io.ghlrelay.bench;

import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RandomJitter;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.retry.RetryProgress;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What deciding costs after an attempt, hot. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RetryPolicyBenchmark {
  private final RetryPolicy policy = RetryPolicies.ghl2025();
  private final RandomJitter jitter = new RandomJitter();
  private final Instant start = Instant.parse("2026-11-24T10:00:00Z");
  private final Instant end = start.plusMillis(120);
  private final Outcome delivered = Outcome.answered(200);
  private final Outcome unavailable = Outcome.answered(503);

  @Benchmark
  public RetryDecision delivered() {
    return policy.decide(RetryProgress.START, start, end, delivered, jitter);
  }

  @Benchmark
  public RetryDecision firstRetry() {
    return policy.decide(RetryProgress.START, start, end, unavailable, jitter);
  }
}
