package io.ghlrelay.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A clock that goes on steadily whatever becomes of the wall clock. */
class SteadyClockTest {
  private final ManualClock wall = new ManualClock();
  private final AtomicLong nanos = new AtomicLong(17);
  private final SteadyClock clock = new SteadyClock(wall, nanos::get);
  private final Instant start = clock.instant();

  /** Both clocks advance together. */
  private void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
    wall.advance(duration);
  }

  private Duration sinceStart() {
    return Duration.between(start, clock.instant());
  }

  @Test
  void advancesWithTheMonotonicClock() {
    pass(Duration.ofMinutes(10));

    assertThat(sinceStart()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aStepBackNeitherReversesNorStopsIt() {
    wall.advance(Duration.ofHours(-2));
    pass(Duration.ofSeconds(2));
    Instant before = clock.instant();
    pass(Duration.ofSeconds(100));

    assertThat(Duration.between(before, clock.instant()))
        .isBetween(Duration.ofMillis(99_800), Duration.ofSeconds(100));
  }

  @Test
  void aSmallStepAheadIsTakenOverSlowly() {
    wall.advance(Duration.ofSeconds(5));
    pass(Duration.ofSeconds(100));
    clock.instant();

    assertThat(sinceStart()).isBetween(Duration.ofSeconds(100), Duration.ofMillis(100_101));
  }

  @Test
  void aLeapAheadIsFollowedSoThatASleepingMachineCatchesUp() {
    wall.advance(Duration.ofHours(8));
    pass(Duration.ofSeconds(2));

    assertThat(sinceStart()).isEqualTo(Duration.ofHours(8).plusSeconds(2));
  }
}
