package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every status and transport error is classified as the vectors say. */
class OutcomeVectorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"ghl-2025", "ghl-429-only", "ghl-current"})
  void classifiesEveryStatusAndError(String name) throws IOException {
    JsonNode expected = VectorCases.read(Vectors.OUTCOMES).path("policies").path(name);
    RetryPolicy policy = RetryPolicies.get(name);
    for (int status = 100; status < 600; status++) {
      int code = status;
      String verdict = expected.path("statuses").path(String.valueOf(status)).asText();
      if (verdict.equals("interim")) {
        assertThatThrownBy(() -> Outcome.answered(code))
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(verdict(policy, Outcome.answered(status)))
            .as("status %d", status)
            .isEqualTo(verdict);
      }
    }
    for (TransportError error : TransportError.values()) {
      assertThat(verdict(policy, Outcome.failed(error)))
          .as(error.id())
          .isEqualTo(expected.path("errors").path(error.id()).asText());
    }
  }

  private static String verdict(RetryPolicy policy, Outcome outcome) {
    Instant now = Instant.EPOCH;
    RetryDecision decision =
        policy.decide(RetryProgress.START, now, now, outcome, (min, max) -> min);
    if (decision instanceof RetryDecision.Dead dead) {
      return dead.reason().id();
    }
    return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
