package io.ghlrelay.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.retry.RetryPolicy.Timeline;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an honoured {@code Retry-After} may push, and what not. */
class RetryAfterTest {
  private static final RetryPolicy GUIDE = RetryPolicies.ghl2025();

  private static RetryPolicy honouring(Timeline timeline) {
    return new RetryPolicy(
        "honouring",
        GUIDE.retryOn(),
        GUIDE.minBackoff(),
        GUIDE.factor(),
        GUIDE.maxBackoff(),
        GUIDE.jitter(),
        timeline,
        GUIDE.maxRetries(),
        GUIDE.maxDuration(),
        true);
  }

  /** Answers with and without Retry-After in turn: each push must count from the last one. */
  @ParameterizedTest
  @EnumSource(Timeline.class)
  void noRetryIsSentBeyondTheTimeLimitHoweverOftenItIsPushed(Timeline timeline) {
    RetryPolicy policy = honouring(timeline);
    for (int seconds = 1; seconds <= 8000; seconds += 37) {
      Outcome pushed = new Outcome.Answered(429, Duration.ofSeconds(seconds));
      Instant sent = Instant.EPOCH;
      RetryProgress progress = RetryProgress.START;
      RetryDecision decision =
          policy.decide(progress, sent, sent, pushed, (min, max) -> Duration.ofSeconds(3));
      while (decision instanceof RetryDecision.Retry retry) {
        sent = retry.due().isAfter(sent) ? retry.due() : sent;
        assertThat(sent).isBeforeOrEqualTo(Instant.EPOCH.plus(policy.maxDuration()));
        assertThat(retry.progress().dueOffset()).isGreaterThanOrEqualTo(progress.dueOffset());
        progress = retry.progress();
        Outcome next = progress.attempts() % 2 == 0 ? pushed : Outcome.answered(503);
        decision = policy.decide(progress, sent, sent, next, (min, max) -> Duration.ofSeconds(3));
      }
      assertThat(decision)
          .isInstanceOfSatisfying(
              RetryDecision.Dead.class,
              dead -> assertThat(dead.reason()).isEqualTo(DeadReason.EXHAUSTED));
    }
  }
}
