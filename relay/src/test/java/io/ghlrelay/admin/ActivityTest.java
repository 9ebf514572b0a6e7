package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ActivityTest {
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Activity activity = new Activity(registry, clock);

  private void received(int count) {
    registry.counter("relay.events.received", "outcome", "stored").increment(count);
  }

  private void stored(String type, @Nullable String location) {
    Admission admission =
        events.admission(new Envelope(null, type, location, null, null, null), "{}", "crm");
    activity.stored(new Admitted.Stored(admission.event(), List.of()));
  }

  @Test
  void minutesAreWhatCameBetweenTheirEnds() {
    received(5);
    activity.sample();
    clock.advance(Duration.ofMinutes(1));
    received(7);
    activity.sample();
    clock.advance(Duration.ofSeconds(30));
    received(1);
    activity.sample();
    clock.advance(Duration.ofMinutes(2));

    long[] minutes = activity.minutes(Activity.Kind.ACCEPTED);
    assertThat(minutes).hasSize(60);
    assertThat(minutes).endsWith(5, 8, 0, 0);
    assertThat(activity.total(Activity.Kind.ACCEPTED)).isEqualTo(13);
  }

  @Test
  void aLongSilenceLeavesEmptyMinutes() {
    received(5);
    activity.sample();
    clock.advance(Duration.ofHours(5));
    received(2);
    activity.sample();
    long[] minutes = activity.minutes(Activity.Kind.ACCEPTED);
    assertThat(minutes[59]).isEqualTo(2);
    assertThat(minutes).startsWith(0, 0, 0);
    assertThat(java.util.Arrays.stream(minutes).sum()).isEqualTo(2);
  }

  @Test
  void theRateIsThatOfTheLastSeconds() {
    for (int second = 0; second <= 30; second += 2) {
      activity.sample();
      received(second < 20 ? 1000 : 20);
      clock.advance(Duration.ofSeconds(2));
    }
    activity.sample();
    assertThat(activity.acceptedPerSecond()).isEqualTo(10);
  }

  @Test
  void targetsAreToldApart() {
    Timer.builder("relay.delivery.attempt")
        .tag("target", "crm")
        .serviceLevelObjectives(Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(100))
        .register(registry);
    activity.sample();
    Timer attempts = registry.get("relay.delivery.attempt").timer();
    for (int i = 0; i < 100; i++) {
      attempts.record(Duration.ofMillis(i < 90 ? 3 : 50));
    }
    registry.counter("relay.delivery.attempts", "target", "crm", "result", "2xx").increment(80);
    registry.counter("relay.delivery.attempts", "target", "crm", "result", "5xx").increment(20);
    registry.counter("relay.dead.letters", "target", "crm", "reason", "exhausted").increment(3);
    activity.sample();

    assertThat(activity.minutes("crm", Activity.Kind.DELIVERED)).endsWith(80);
    assertThat(activity.minutes("crm", Activity.Kind.RETRIED)).endsWith(17);
    assertThat(activity.minutes("crm", Activity.Kind.DEAD)).endsWith(3);
    assertThat(activity.minutes("other", Activity.Kind.DELIVERED)).endsWith(0);
    assertThat(activity.quantileMillis("crm", 0.5)).isBetween(2.0, 5.0);
    assertThat(activity.quantileMillis("crm", 0.95)).isBetween(10.0, 100.0);
    assertThat(activity.quantileMillis("other", 0.5)).isNull();

    clock.advance(Duration.ofMinutes(10));
    activity.sample();
    assertThat(activity.quantileMillis("crm", 0.5)).as("nothing in the last minutes").isNull();
  }

  @Test
  void failuresInARowEndWithASuccess() {
    Admission admission = events.admission("w1", "{}", "crm");
    Delivery delivery = Delivery.first(admission.event().id(), "crm", "route", clock.instant());
    for (Outcome outcome :
        List.of(
            Outcome.answered(200), Outcome.answered(503), Outcome.failed(TransportError.TIMEOUT))) {
      activity.attempted(admission.event(), delivery, attempt(outcome));
    }
    assertThat(activity.answers("crm").failuresInARow()).isEqualTo(2);
    Attempt failure = Objects.requireNonNull(activity.answers("crm").lastFailure());
    assertThat(Activity.result(failure.outcome())).isEqualTo("timeout");
    activity.attempted(admission.event(), delivery, attempt(Outcome.answered(204)));
    assertThat(activity.answers("crm").failuresInARow()).isZero();
    assertThat(activity.answers("crm").lastFailure()).isNotNull();
    assertThat(activity.answers("none").failuresInARow()).isZero();
  }

  private Attempt attempt(Outcome outcome) {
    return new Attempt(
        1, 1, clock.instant(), clock.instant(), Duration.ofMillis(5), outcome, new byte[0], null);
  }

  @Test
  void gapsShowInTheHours() {
    stored("ContactCreate", "L1");
    stored("ContactCreate", "L2");
    clock.advance(Duration.ofHours(2));
    stored("ContactCreate", null);
    stored("TaskCreate", "L1");

    List<HourlyCounts.Item> types =
        activity.types().most(10, clock.instant().getEpochSecond() / 3600);
    assertThat(types)
        .extracting(HourlyCounts.Item::name)
        .containsExactly("ContactCreate", "TaskCreate");
    assertThat(types.get(0).total()).isEqualTo(3);
    assertThat(types.get(0).hours()).hasSize(24).endsWith(2, 0, 1);
    assertThat(activity.locations().most(1, clock.instant().getEpochSecond() / 3600))
        .singleElement()
        .satisfies(item -> assertThat(item.name()).isEqualTo("L1"));

    clock.advance(Duration.ofHours(30));
    long[] hours = activity.types().most(1, clock.instant().getEpochSecond() / 3600).get(0).hours();
    assertThat(hours).containsOnly(0);
  }

  @Test
  void namesAreBounded() {
    HourlyCounts counts = new HourlyCounts(2);
    for (String name : List.of("a", "b", "c", "d", "a")) {
      counts.count(name, 100, clock.instant());
    }
    assertThat(counts.names()).isEqualTo(2);
    assertThat(counts.beyond()).isEqualTo(2);
    assertThat(counts.most(1, 100))
        .singleElement()
        .satisfies(a -> assertThat(a.total()).isEqualTo(2));
  }
}
