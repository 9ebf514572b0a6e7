package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that comes back is caught up with gently; in virtual time. */
class CatchUpTest {
  private static final int BACKLOG = 10_000;
  private static final int CONCURRENCY = 32;

  private final VirtualRelay relay =
      new VirtualRelay(
          clock -> new MemoryEventStore(),
          TestEvents.target("crm", RetryPolicies.ghl2025(), CONCURRENCY),
          TestEvents.target("archive"));
  private final List<EventId> ids = new ArrayList<>();

  /** Most attempts in flight to crm in each second of the run. */
  private final Map<Long, Integer> mostInFlight = new HashMap<>();

  private Instant start = Instant.MIN;

  private void admit(int count, String target) {
    for (int i = 0; i < count; i++) {
      String name = target + ids.size();
      ids.add(relay.admit(relay.events.admission(name, "{}", target)).event().id());
    }
  }

  private void watch() {
    start = relay.clock.instant();
    relay.onSend =
        one -> {
          if (one.target().equals("crm")) {
            mostInFlight.merge(
                second(one.at()), relay.inFlight.getOrDefault("crm", 0) + 1, Math::max);
          }
        };
  }

  private long second(Instant at) {
    return Duration.between(start, at).toSeconds();
  }

  private long sentInSecond(long second) {
    return relay.sent.stream()
        .filter(one -> one.target().equals("crm") && !one.at().isBefore(start))
        .filter(one -> second(one.at()) == second)
        .count();
  }

  /** What is documented: from 1 to the concurrency, linearly over 30 s. */
  private static double limitAt(double seconds) {
    return Math.min(CONCURRENCY, 1 + (CONCURRENCY - 1) * seconds / 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"paused", "relayDown"})
  void tenThousandOverdueAreBroughtWithoutAStampede(String outage) {
    relay.latency = Duration.ofMillis(100);
    relay.pause("crm", true);
    admit(BACKLOG, "crm");
    relay.runFor(Duration.ofMinutes(1));
    assertThat(relay.sent).isEmpty();
    if (outage.equals("relayDown")) {
      relay.store().setPaused("crm", false);
      relay.restart();
    } else {
      relay.pause("crm", false);
    }
    watch();
    for (int i = 0; i < 60; i++) {
      admit(1, "archive");
      relay.runFor(Duration.ofSeconds(1));
    }

    for (int second = 0; second < 30; second++) {
      assertThat(mostInFlight.get((long) second))
          .as("in flight in second %d", second)
          .isBetween((int) limitAt(second), (int) limitAt(second + 1));
      assertThat((double) sentInSecond(second))
          .as("sent in second %d", second)
          .isBetween(10 * limitAt(second) - 12, 10 * limitAt(second + 1));
    }
    Instant last =
        relay.sent.stream()
            .filter(one -> one.target().equals("crm"))
            .map(VirtualRelay.Sent::at)
            .max(Instant::compareTo)
            .orElseThrow();
    assertThat(second(last)).as("4,950 in 30 s, the others at 320/s").isBetween(45L, 48L);
    List<VirtualRelay.Sent> archive =
        relay.sent.stream().filter(one -> one.target().equals("archive")).toList();
    assertThat(archive).extracting(one -> second(one.at())).hasSize(60).doesNotHaveDuplicates();
    assertThat(relay.sent).extracting(VirtualRelay.Sent::attempt).containsOnly(1);
    assertThat(ids.subList(0, BACKLOG))
        .allMatch(id -> relay.delivery(id, "crm").state() == DeliveryState.DELIVERED);
    assertThat(relay.store().attempts(ids.get(5000), "crm"))
        .extracting(Attempt::deferral)
        .containsExactly(outage);
  }

  @Test
  void whatComesWhileItIsCaughtUpWithWaitsAndSaysSo() {
    relay.latency = Duration.ofMillis(100);
    relay.pause("crm", true);
    admit(500, "crm");
    relay.runFor(Duration.ofMinutes(1));
    relay.pause("crm", false);
    relay.runFor(Duration.ofSeconds(1));

    admit(1, "crm");
    relay.runFor(Duration.ofMinutes(5));

    Attempt attempt = relay.store().attempts(ids.get(500), "crm").get(0);
    assertThat(attempt.number()).isEqualTo(1);
    assertThat(attempt.deferral()).isEqualTo("catchUp");
  }

  @Test
  void aRunOfFailuresIsAnOutageAndItsRetriesKeepTheirSchedule() {
    relay.latency = Duration.ofSeconds(1);
    boolean[] up = {false};
    relay.target = request -> Outcome.answered(up[0] ? 200 : 503);
    admit(400, "crm");
    watch();
    relay.runFor(Duration.ofSeconds(20));
    assertThat(mostInFlight.get(15L)).as("not held while it fails").isEqualTo(CONCURRENCY);
    up[0] = true;
    relay.runFor(Duration.ofSeconds(2));
    mostInFlight.clear();

    relay.runFor(Duration.ofSeconds(20));
    assertThat(mostInFlight.get(23L)).isLessThanOrEqualTo(4);
    assertThat(mostInFlight.get(38L)).isBetween(12, 22);
    relay.runFor(Duration.ofHours(3));
    assertThat(ids).allMatch(id -> relay.delivery(id, "crm").state() == DeliveryState.DELIVERED);
  }

  @Test
  void anotherOutageMeanwhileBeginsItAnew() {
    relay.latency = Duration.ofMillis(100);
    relay.pause("crm", true);
    admit(BACKLOG, "crm");
    relay.runFor(Duration.ofMinutes(1));
    relay.pause("crm", false);
    watch();
    relay.runFor(Duration.ofSeconds(20));
    assertThat(mostInFlight.get(19L)).isGreaterThan(15);

    relay.target = request -> Outcome.answered(503);
    relay.runFor(Duration.ofSeconds(10));
    assertThat(mostInFlight.get(29L)).as("time in which it fails does not count").isEqualTo(1);
    relay.target = request -> Outcome.answered(200);
    relay.runFor(Duration.ofSeconds(5));
    assertThat(mostInFlight.get(34L)).isLessThanOrEqualTo(7);
  }

  @Test
  void aTargetThatIsWellNeverMeetsIt() {
    relay.latency = Duration.ofMillis(100);
    watch();
    for (int i = 0; i < 20; i++) {
      admit(CONCURRENCY, "crm");
      relay.runFor(Duration.ofSeconds(1));
    }
    assertThat(mostInFlight.values()).containsOnly(CONCURRENCY);
    relay.pause("crm", true);
    admit(3, "crm");
    relay.runFor(Duration.ofMinutes(1));
    relay.pause("crm", false);
    relay.runFor(Duration.ofSeconds(1));
    admit(CONCURRENCY, "crm");
    relay.runFor(Duration.ofSeconds(1));
    assertThat(mostInFlight.get(81L)).as("caught up: as ever").isEqualTo(CONCURRENCY);
  }

  @Test
  void canBeTurnedOff() {
    TargetConfig crm = TestEvents.target("crm", RetryPolicies.ghl2025(), CONCURRENCY);
    relay.configure(
        TestEvents.flowing(
            crm, new FlowConfig(Ordering.NONE, null, new FlowConfig.CatchUp(1, Duration.ZERO))));
    relay.latency = Duration.ofMillis(100);
    relay.pause("crm", true);
    admit(1000, "crm");
    relay.runFor(Duration.ofMinutes(1));
    relay.pause("crm", false);
    watch();
    relay.runFor(Duration.ofSeconds(1));
    assertThat(mostInFlight.get(0L)).isEqualTo(CONCURRENCY);
  }
}
