package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.delivery.DirectResult;
import io.ghlrelay.ingress.Forwarder.Answer;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the platform is answered for what a target did. */
class DirectRoutesTest {
  private static Answer answer(Outcome outcome) {
    Instant at = Instant.EPOCH;
    return DirectRoutes.answer(
        new DirectResult.Attempted(
            new Attempt(1, 1, at, at, Duration.ofMillis(3), outcome, new byte[0], null)));
  }

  @ParameterizedTest
  @CsvSource({
    "200,200", "202,202", "204,204", "300,502", "302,502", "304,502", "308,502", "400,400",
    "401,401", "408,408", "410,410", "429,429", "500,500", "503,503", "599,599"
  })
  void aStatusPassesUnlessItIsARedirect(int target, int platform) {
    assertThat(answer(Outcome.answered(target)).status()).isEqualTo(platform);
    assertThat(answer(Outcome.answered(target)).retryAfter()).isNull();
  }

  @Test
  void retryAfterPassesWithItsStatus() {
    Duration wait = Duration.ofMinutes(2);
    assertThat(answer(new Outcome.Answered(503, wait)).retryAfter()).isEqualTo(wait);
    assertThat(answer(new Outcome.Answered(301, wait)).retryAfter()).isNull();
  }

  @ParameterizedTest
  @EnumSource(TransportError.class)
  void noAnswerIs503OrWhenTheTimeWasUp504(TransportError error) {
    Answer answer = answer(Outcome.failed(error));

    assertThat(answer.status()).isEqualTo(error == TransportError.TIMEOUT ? 504 : 503);
    assertThat(answer.title()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(DirectResult.Reason.class)
  void whatCannotBeTriedNowIs429WithATime(DirectResult.Reason reason) {
    Duration wait = Duration.ofMillis(1200);
    Answer answer = DirectRoutes.answer(new DirectResult.Refused(reason, wait));

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.retryAfter()).isEqualTo(wait);
  }
}
