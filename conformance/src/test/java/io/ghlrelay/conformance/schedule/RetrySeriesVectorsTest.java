package io.ghlrelay.conformance.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.conformance.schedule.RetryRules.JitterOn;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.io.IOException;
import java.io.InputStream;
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

/** The simulator's rules say what the golden vectors say. */
class RetrySeriesVectorsTest {
  private static JsonNode read(String name) throws IOException {
    try (InputStream in = Vectors.open(name)) {
      return new ObjectMapper().readTree(in);
    }
  }

  @TestFactory
  Stream<DynamicTest> decidesAsTheVectorsSay() throws IOException {
    return StreamSupport.stream(read(Vectors.SCHEDULE).path("cases").spliterator(), false)
        .map(one -> DynamicTest.dynamicTest(one.path("name").asText(), () -> check(one)));
  }

  private static void check(JsonNode one) {
    Deque<Duration> draws = new ArrayDeque<>();
    one.path("jitterMs").forEach(ms -> draws.add(Duration.ofMillis(ms.asLong())));
    RetrySeries series =
        new RetrySeries(
            rules(one.path("policy"), one.path("timeline").asText()),
            (min, max) -> draws.removeFirst());
    assertThat(one.path("steps").size()).isEqualTo(one.path("expect").size());
    Instant start = Instant.parse("2026-11-24T10:00:00Z");
    Instant due = start;
    Instant ended = start;
    Instant firstEnd = null;
    for (int i = 0; i < one.path("steps").size(); i++) {
      JsonNode step = one.path("steps").get(i);
      Instant sent = due.plusMillis(step.path("lateMs").asLong());
      sent = sent.isBefore(ended) ? ended : sent;
      ended = sent.plusMillis(step.path("durationMs").asLong());
      firstEnd = firstEnd == null ? ended : firstEnd;
      Decision decision = series.after(sent, ended, outcome(step));
      JsonNode expected = one.path("expect").get(i);
      if (decision instanceof Decision.Retry retry) {
        assertThat(Duration.between(firstEnd, retry.due()).toMillis())
            .as("due after attempt %d", i + 1)
            .isEqualTo(expected.path("dueMs").asLong(-1));
        due = retry.due();
      } else {
        assertThat(decision instanceof Decision.Dead dead ? dead.reason().id() : "delivered")
            .isEqualTo(expected.path("stop").asText());
      }
    }
    assertThat(draws).as("every jitter was drawn").isEmpty();
  }

  private static Outcome outcome(JsonNode step) {
    return step.has("error")
        ? Outcome.failed(
            TransportError.valueOf(step.path("error").asText().toUpperCase(Locale.ROOT)))
        : new Outcome.Answered(
            step.path("status").asInt(),
            step.has("retryAfterS") ? Duration.ofSeconds(step.path("retryAfterS").asLong()) : null);
  }

  private static RetryRules rules(JsonNode json, String timeline) {
    Set<Integer> statuses = new HashSet<>();
    json.path("statuses").forEach(status -> statuses.add(status.asInt()));
    JsonNode jitter = json.path("jitter");
    return new RetryRules(
        statuses,
        json.path("timeout").asBoolean(),
        json.path("connection").asBoolean(),
        Duration.ofMillis(json.path("minBackoffMs").asLong()),
        json.path("factor").asDouble(),
        Duration.ofMillis(json.path("maxBackoffMs").asLong()),
        JitterOn.valueOf(jitter.path("on").asText().toUpperCase(Locale.ROOT)),
        Duration.ofMillis(jitter.path("minMs").asLong()),
        Duration.ofMillis(jitter.path("maxMs").asLong()),
        Timeline.parse(timeline),
        json.path("maxRetries").asInt(),
        Duration.ofMillis(json.path("maxDurationMs").asLong()),
        json.path("honorRetryAfter").asBoolean());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ghl-2025 | offsets, 3 s jitter, always 503: eleven attempts",
        "ghl-2025/intervals | intervals, 3 s jitter, always 503: eleven attempts",
        "ghl-429-only | ghl-429-only: six retries of 10 min and jitter",
        "ghl-current | ghl-current, base 10 s and cap 1 h given: twelve retries",
      })
  void theProfilesAreThePoliciesOfTheVectors(String profile, String name) throws IOException {
    JsonNode one =
        StreamSupport.stream(read(Vectors.SCHEDULE).path("cases").spliterator(), false)
            .filter(candidate -> candidate.path("name").asText().equals(name))
            .findFirst()
            .orElseThrow();

    assertThat(Profiles.get(profile).rules())
        .isEqualTo(rules(one.path("policy"), one.path("timeline").asText()));
  }

  @Test
  void everyOutcomeIsClassifiedAsTheVectorsSay() throws IOException {
    JsonNode policies = read(Vectors.OUTCOMES).path("policies");
    for (Profile profile : Profiles.all()) {
      JsonNode expected = policies.path(profile.name());
      for (int status = 200; status < 600; status++) {
        assertThat(verdict(profile, Outcome.answered(status)))
            .as("%s %d", profile.name(), status)
            .isEqualTo(expected.path("statuses").path(String.valueOf(status)).asText());
      }
      for (TransportError error : TransportError.values()) {
        assertThat(verdict(profile, Outcome.failed(error)))
            .as("%s %s", profile.name(), error)
            .isEqualTo(expected.path("errors").path(error.id()).asText());
      }
    }
  }

  private static String verdict(Profile profile, Outcome outcome) {
    return outcome.delivered()
        ? "delivered"
        : profile.rules().retries(outcome) ? "retry" : "rejected";
  }

  @Test
  void aPlanIsTheGuidesExample() {
    Plan plan = Plan.of(Profiles.GHL_2025.rules(), JitterDraw.fixed(Duration.ofSeconds(3)));

    assertThat(plan.offsets().stream().map(Duration::toSeconds))
        .containsExactly(0L, 3L, 13L, 23L, 43L, 83L, 163L, 323L, 643L, 1283L, 2563L);
  }
}
