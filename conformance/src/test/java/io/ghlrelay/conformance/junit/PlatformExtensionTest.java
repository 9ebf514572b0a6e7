package io.ghlrelay.conformance.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.sink.SinkServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventType;

/** The extension in JUnit's own hands. */
class PlatformExtensionTest {
  private static final List<Platform> SEEN = new ArrayList<>();

  @PlatformTest(profile = "ghl-2025/intervals", seed = 5)
  static class FailingCase {
    @Test
    void failsByItself(Platform platform) {
      platform.target(URI.create("http://127.0.0.1:1/"));
      platform.send("ContactCreate");
      platform.runUntilSettled();
      throw new IllegalStateException("the user's own");
    }

    @Test
    void failsByTheKit(Platform platform) {
      platform.target(URI.create("http://127.0.0.1:1/"));
      Delivery delivery = platform.send("ContactCreate");
      platform.advance(Duration.ofSeconds(60));
      platform.assertThat(delivery).deliveredOnAttempt(2);
    }
  }

  @Test
  void aFailureShowsTheTimelineAndTheSeed() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(FailingCase.class)).execute();

    results.testEvents().assertStatistics(statistics -> statistics.started(2).failed(2));
    assertThat(
            results.testEvents().stream()
                .filter(event -> event.getType() == EventType.REPORTING_ENTRY_PUBLISHED))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getPayload().orElseThrow().toString())
                    .contains("profile ghl-2025 (intervals)")
                    .contains("connect")
                    .contains(
                        "Reproduce: run FailingCase#failsByItself with -Dconformance.seed=5"));
    assertThat(
            results.testEvents().failed().stream()
                .map(
                    event ->
                        event.getRequiredPayload(
                            org.junit.platform.engine.TestExecutionResult.class))
                .map(result -> String.valueOf(result.getThrowable().orElseThrow().getMessage())))
        .anySatisfy(
            message ->
                assertThat(message)
                    .contains("expected: delivered on attempt 2")
                    .contains("but was: pending after")
                    .contains("planned")
                    .contains("FailingCase#failsByTheKit"));
  }

  static class SharingCase {
    @RegisterExtension
    static final PlatformExtension PLATFORM =
        PlatformExtension.with(config -> config.profile(Profiles.GHL_CURRENT).concurrency(4));

    @BeforeEach
    void before(Platform platform) {
      SEEN.add(platform);
    }

    @Test
    void one(Platform platform) {
      SEEN.add(platform);
      assertThat(platform.simulator().profile()).isEqualTo(Profiles.GHL_CURRENT);
    }

    @Test
    void two(Platform platform) {
      SEEN.add(platform);
    }
  }

  @Test
  void eachTestHasOnePlatformOfItsOwn() {
    SEEN.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(SharingCase.class))
        .execute()
        .testEvents()
        .assertStatistics(statistics -> statistics.succeeded(2));

    assertThat(SEEN).hasSize(4);
    assertThat(SEEN.get(1)).isSameAs(SEEN.get(0)).isNotSameAs(SEEN.get(2));
    assertThat(SEEN.get(3)).isSameAs(SEEN.get(2));
  }

  @PlatformTest(seed = 77)
  static class OuterCase {
    OuterCase(Platform platform) {
      SEEN.add(platform);
    }

    @Nested
    class Inner {
      @Test
      void hasTheSeedOfTheClassAroundIt(Platform platform) {
        SEEN.add(platform);
        assertThat(platform.simulator().seed()).isEqualTo(77);
      }
    }
  }

  @Test
  void nestedClassesAndConstructorsAreServedToo() {
    SEEN.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(OuterCase.class))
        .execute()
        .testEvents()
        .assertStatistics(statistics -> statistics.succeeded(1));

    assertThat(SEEN).hasSize(2);
    assertThatThrownBy(
            () -> SEEN.get(0).target(URI.create("http://127.0.0.1:1/")).send("ContactCreate"))
        .as("closed after the class")
        .hasMessageContaining("closed");
  }

  @PlatformTest
  @Test
  void faultsCanFollowEachOther(Platform platform) throws Exception {
    try (SinkServer sink = SinkServer.configure().start()) {
      platform.target(sink.url("/"));
      platform.onAttempt(1).answers(503);
      platform.onAttempt(2).timesOut();
      platform.onAttempt(3).resets();
      Delivery first = platform.send("ContactCreate");
      platform.runUntilSettled();
      platform.assertThat(first).answers(503, "timeout", "reset", 200).withinSchedule();

      platform.script("");
      platform.during(Duration.ofMinutes(1)).answers(429, Duration.ofSeconds(5));
      Delivery second = platform.send("ContactCreate");
      platform.advance(Duration.ofSeconds(1));
      platform.assertThat(second).pending().attempts(1);
      platform.runUntilSettled();
      platform.assertThat(second).delivered().answeredWithin(Duration.ofSeconds(5));
      assertThat(platform.deliveries()).containsExactly(first, second);
    }
  }
}
