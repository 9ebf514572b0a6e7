package io.ghlrelay.conformance.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much sooner than planned something may happen, for the steps of the clock. */
class ClockStepsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long SLACK = Duration.ofMillis(100).toNanos();

  private final ClockSteps clock = new ClockSteps();

  @Test
  void withoutAStepNothingButRoundingIsAllowed() {
    clock.started(0);

    assertThat(clock.allowance(SECOND, 100 * SECOND)).isLessThan(5_000_000);
  }

  @Test
  void aStepAheadIsAllowedToWhatWasPlannedBeforeIt() {
    clock.started(0);
    clock.set(20 * SECOND, Duration.ofSeconds(15));
    clock.set(22 * SECOND, Duration.ZERO);

    assertThat(clock.allowance(19 * SECOND, 21 * SECOND))
        .isBetween(15 * SECOND, 15 * SECOND + SLACK);
    assertThat(clock.allowance(40 * SECOND, 41 * SECOND)).isLessThan(SLACK);
    assertThat(clock.allowance(10 * SECOND, 19 * SECOND)).isLessThan(SLACK);
  }

  @Test
  void aRestartTakesOverAStepThatTheProcessHadIgnored() {
    clock.started(0);
    clock.set(10 * SECOND, Duration.ofSeconds(3));
    clock.started(30 * SECOND);

    assertThat(clock.allowance(29 * SECOND, 31 * SECOND)).isBetween(3 * SECOND, 3 * SECOND + SLACK);
    assertThat(clock.allowance(31 * SECOND, 32 * SECOND)).isLessThan(SLACK);
  }

  @Test
  void aStepBackThatIsHealedIsAStepAhead() {
    clock.started(0);
    clock.set(10 * SECOND, Duration.ofSeconds(-5));
    clock.set(11 * SECOND, Duration.ZERO);

    assertThat(clock.allowance(10 * SECOND, 12 * SECOND)).isBetween(5 * SECOND, 5 * SECOND + SLACK);
  }
}
