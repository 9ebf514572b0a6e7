package io.ghlrelay.delivery;

import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Meters of delivery, by target. Labels are bounded: targets come from the configuration, results
 * are a status class or a transport error. Thread-safe as Micrometer is.
 */
public final class DeliveryMetrics {
  /** OpenTelemetry's buckets for HTTP durations. */
  private static final Duration[] HTTP_BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(75),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofMillis(750),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofMillis(7500),
    Duration.ofSeconds(10)
  };

  /** Drift is milliseconds when all is well, so its buckets are finer at the low end. */
  private static final Duration[] DRIFT_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final MeterRegistry registry;

  /** Over a registry. */
  public DeliveryMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The meters of one target, registered at once so that they read 0 before anything happens. */
  Target target(String name) {
    return new Target(name);
  }

  /** Meters of one target; used by its lane alone. */
  final class Target {
    private final String name;
    private final Map<String, Counter> attempts = new HashMap<>();
    private final Map<String, Counter> direct = new HashMap<>();
    private final Timer attemptTime;
    private final Timer latency;
    private final Timer drift;
    private final DistributionSummary attemptsUsed;
    private final Counter exhausted;
    private final Counter rejected;

    private Target(String name) {
      this.name = name;
      this.attemptTime =
          Timer.builder("relay.delivery.attempt")
              .description("Time of one attempt, from sending to the end of the answer.")
              .tag("target", name)
              .serviceLevelObjectives(HTTP_BUCKETS)
              .register(registry);
      this.latency =
          Timer.builder("relay.delivery.latency")
              .description("From the receipt of an event to its delivery.")
              .tag("target", name)
              .serviceLevelObjectives(HTTP_BUCKETS)
              .register(registry);
      this.drift =
          Timer.builder("relay.schedule.drift")
              .description("How much later than planned attempts start; deferred ones left out.")
              .tag("target", name)
              .serviceLevelObjectives(DRIFT_BUCKETS)
              .register(registry);
      this.attemptsUsed =
          DistributionSummary.builder("relay.delivery.attempts.used")
              .description("Attempts that a settled delivery took.")
              .tag("target", name)
              .serviceLevelObjectives(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
              .register(registry);
      this.exhausted = deadLetters(DeadReason.EXHAUSTED);
      this.rejected = deadLetters(DeadReason.REJECTED);
    }

    private Counter deadLetters(DeadReason reason) {
      return Counter.builder("relay.dead.letters")
          .description("Deliveries that stopped undelivered.")
          .tag("target", name)
          .tag("reason", reason.id())
          .register(registry);
    }

    /** An attempt has ended. */
    void attempted(Event event, Delivery after, Attempt attempt) {
      attempts.computeIfAbsent(result(attempt.outcome()), this::attemptCounter).increment();
      attemptTime.record(attempt.latency());
      if (attempt.deferral() == null) {
        drift.record(Duration.between(attempt.dueAt(), attempt.startedAt()));
      }
      if (after.state() != DeliveryState.PENDING) {
        attemptsUsed.record(after.progress().attempts());
      }
      if (after.state() == DeliveryState.DELIVERED) {
        latency.record(Duration.between(event.receivedAt(), after.updatedAt()));
      } else if (after.deadReason() != null) {
        (after.deadReason() == DeadReason.EXHAUSTED ? exhausted : rejected).increment();
      }
    }

    /** An attempt of a direct route has ended: an attempt like others, but of no delivery. */
    void direct(Attempt attempt) {
      String result = result(attempt.outcome());
      attempts.computeIfAbsent(result, this::attemptCounter).increment();
      attemptTime.record(attempt.latency());
      direct.computeIfAbsent(result, this::directCounter).increment();
    }

    /** No attempt could be made for a direct route. */
    void directRefused(DirectResult.Reason reason) {
      direct.computeIfAbsent(reason.id(), this::directCounter).increment();
    }

    private Counter directCounter(String result) {
      return Counter.builder("relay.direct.events")
          .description(
              "Events of direct routes by result: a status class, the transport error, or why no"
                  + " attempt was made.")
          .tag("target", name)
          .tag("result", result)
          .register(registry);
    }

    /** Counters of fetches of tokens, for a target that needs such; registered at once, too. */
    Map<TokenAnswer.Result, Counter> tokenFetches() {
      Map<TokenAnswer.Result, Counter> counters = new EnumMap<>(TokenAnswer.Result.class);
      for (TokenAnswer.Result result : TokenAnswer.Result.values()) {
        counters.put(
            result,
            Counter.builder("relay.target.token.fetches")
                .description("Fetches of OAuth2 tokens for a target, by result.")
                .tag("target", name)
                .tag("result", result.id())
                .register(registry));
      }
      return counters;
    }

    private Counter attemptCounter(String result) {
      return Counter.builder("relay.delivery.attempts")
          .description("Attempts by result: a status class, or the transport error.")
          .tag("target", name)
          .tag("result", result)
          .register(registry);
    }

    private String result(Outcome outcome) {
      return outcome instanceof Outcome.Failed failed
          ? failed.error().id()
          : ((Outcome.Answered) outcome).status() / 100 + "xx";
    }
  }
}
