package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.retry.RetryPolicy.Jitter;
import io.ghlrelay.retry.RetryPolicy.JitterOn;
import io.ghlrelay.retry.RetryPolicy.RetryOn;
import io.ghlrelay.retry.RetryPolicy.Timeline;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine's rule says what the golden schedule says. */
class ScheduleVectorsTest {
  @TestFactory
  Stream<DynamicTest> decidesAsTheVectorsSay() throws IOException {
    return VectorCases.tests(Vectors.SCHEDULE, ScheduleVectorsTest::check);
  }

  private static void check(JsonNode one) {
    RetryPolicy policy = policy(one.path("policy"), one.path("timeline").asText());
    Deque<Duration> draws = new ArrayDeque<>();
    one.path("jitterMs").forEach(ms -> draws.add(Duration.ofMillis(ms.asLong())));
    JitterSource jitter = (min, max) -> draws.removeFirst();

    RetryProgress progress = RetryProgress.START;
    Instant due = Instant.parse("2026-11-24T10:00:00Z");
    Instant ended = due;
    Instant firstEnd = null;
    assertThat(one.path("steps").size()).isEqualTo(one.path("expect").size());
    for (int i = 0; i < one.path("steps").size(); i++) {
      JsonNode step = one.path("steps").get(i);
      Instant start = due.plusMillis(step.path("lateMs").asLong());
      start = start.isBefore(ended) ? ended : start;
      ended = start.plusMillis(step.path("durationMs").asLong());
      firstEnd = firstEnd == null ? ended : firstEnd;
      RetryDecision decision = policy.decide(progress, start, ended, outcome(step), jitter);
      JsonNode expected = one.path("expect").get(i);
      if (decision instanceof RetryDecision.Retry retry) {
        assertThat(Duration.between(firstEnd, retry.due()).toMillis())
            .as("due after attempt %d", i + 1)
            .isEqualTo(expected.path("dueMs").asLong(-1));
        due = retry.due();
      } else {
        assertThat(stop(decision)).isEqualTo(expected.path("stop").asText());
      }
      assertThat(decision.progress().attempts()).isEqualTo(i + 1);
      progress = decision.progress();
    }
    assertThat(draws).as("every jitter was drawn").isEmpty();
  }

  private static String stop(RetryDecision decision) {
    return decision instanceof RetryDecision.Dead dead ? dead.reason().id() : "delivered";
  }

  private static Outcome outcome(JsonNode step) {
    if (step.has("error")) {
      return Outcome.failed(
          TransportError.valueOf(step.path("error").asText().toUpperCase(Locale.ROOT)));
    }
    return new Outcome.Answered(
        step.path("status").asInt(),
        step.has("retryAfterS") ? Duration.ofSeconds(step.path("retryAfterS").asLong()) : null);
  }

  private static RetryPolicy policy(JsonNode json, String timeline) {
    Set<Integer> statuses = new HashSet<>();
    json.path("statuses").forEach(status -> statuses.add(status.asInt()));
    JsonNode jitter = json.path("jitter");
    return new RetryPolicy(
        "vector",
        new RetryOn(
            statuses, json.path("timeout").asBoolean(), json.path("connection").asBoolean()),
        Duration.ofMillis(json.path("minBackoffMs").asLong()),
        json.path("factor").asDouble(),
        Duration.ofMillis(json.path("maxBackoffMs").asLong()),
        new Jitter(
            JitterOn.valueOf(jitter.path("on").asText().toUpperCase(Locale.ROOT)),
            Duration.ofMillis(jitter.path("minMs").asLong()),
            Duration.ofMillis(jitter.path("maxMs").asLong())),
        Timeline.valueOf(timeline.toUpperCase(Locale.ROOT)),
        json.path("maxRetries").asInt(),
        Duration.ofMillis(json.path("maxDurationMs").asLong()),
        json.path("honorRetryAfter").asBoolean());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ghl-2025 | offsets, 3 s jitter, always 503: eleven attempts",
        "ghl-429-only | ghl-429-only: six retries of 10 min and jitter",
        "ghl-current | ghl-current, base 10 s and cap 1 h given: twelve retries",
      })
  void theBuiltInPoliciesAreThoseOfTheVectors(String name, String of) throws IOException {
    JsonNode one =
        StreamSupport.stream(VectorCases.read(Vectors.SCHEDULE).path("cases").spliterator(), false)
            .filter(candidate -> candidate.path("name").asText().equals(of))
            .findFirst()
            .orElseThrow();

    assertThat(RetryPolicies.get(name))
        .usingRecursiveComparison()
        .ignoringFields("name")
        .isEqualTo(policy(one.path("policy"), one.path("timeline").asText()));
  }

  @Test
  void theSimulatorAssumesWhatTheRelayAssumes() {
    RetryPolicies.builtIn()
        .forEach(
            (name, builtIn) -> {
              if (!name.equals(RetryPolicies.DEFAULT)) {
                assertThat(builtIn.assumed()).isEqualTo(Profiles.get(name).assumed());
              }
            });
    assertThat(RetryPolicies.builtIn().keySet())
        .containsExactlyElementsOf(Profiles.all().stream().map(Profile::name).toList());
  }
}
