package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The circuit breaker of a target, in virtual time. */
class BreakerTest {
  private static final FlowConfig.Breaker BREAKER =
      new FlowConfig.Breaker(50, 20, 10, Duration.ofSeconds(30), 3);

  private final VirtualRelay relay =
      new VirtualRelay(
          clock -> new MemoryEventStore(), guarded("crm"), TestEvents.target("archive"));
  private final List<EventId> ids = new ArrayList<>();

  private static TargetConfig guarded(String name) {
    return TestEvents.flowing(
        TestEvents.target(name),
        new FlowConfig(Ordering.NONE, BREAKER, FlowConfig.DEFAULT.catchUp()));
  }

  private void admit(int count) {
    for (int i = 0; i < count; i++) {
      String name = "w" + ids.size();
      ids.add(relay.admit(relay.events.admission(name, "{}", "crm", "archive")).event().id());
    }
  }

  private List<VirtualRelay.Sent> sent(String target, Instant from, Instant to) {
    return relay.sent.stream()
        .filter(one -> one.target().equals(target))
        .filter(one -> !one.at().isBefore(from) && one.at().isBefore(to))
        .toList();
  }

  private BreakerState state() {
    relay.settle();
    return Objects.requireNonNull(relay.dispatcher.breaker("crm"));
  }

  private void failAtCrm() {
    relay.target = request -> Outcome.answered(request.target().equals("crm") ? 503 : 200);
  }

  @Test
  void opensDefersAndClosesAfterGoodTrialsAndUsesUpNothing() {
    failAtCrm();
    admit(10);
    Instant start = relay.clock.instant();
    relay.runFor(Duration.ofMillis(1));
    assertThat(state()).isEqualTo(BreakerState.OPEN);
    admit(5);

    relay.runUntil(start.plusSeconds(30));
    assertThat(sent("crm", start.plusMillis(1), start.plusSeconds(30))).isEmpty();
    assertThat(relay.sent).filteredOn(one -> one.target().equals("archive")).hasSize(15);

    relay.runUntil(start.plusSeconds(31));
    List<VirtualRelay.Sent> trials = sent("crm", start.plusSeconds(30), start.plusSeconds(31));
    assertThat(trials).as("three trials, bad again").hasSize(3);
    assertThat(trials)
        .as("the earliest due first")
        .extracting(VirtualRelay.Sent::eventId)
        .containsExactlyElementsOf(ids.subList(10, 13));
    assertThat(state()).isEqualTo(BreakerState.OPEN);

    relay.target = request -> Outcome.answered(200);
    relay.runUntil(start.plusSeconds(62));
    assertThat(state()).isEqualTo(BreakerState.CLOSED);
    relay.runFor(Duration.ofHours(3));

    for (int i = 0; i < ids.size(); i++) {
      assertThat(relay.delivery(ids.get(i), "crm").state()).isEqualTo(DeliveryState.DELIVERED);
      List<Attempt> attempts = relay.store().attempts(ids.get(i), "crm");
      assertThat(attempts).as("attempts of " + i).hasSize(i < 13 ? 2 : 1);
      for (int n = 0; n < attempts.size(); n++) {
        assertThat(attempts.get(n).number()).isEqualTo(n + 1);
      }
      Attempt last = attempts.get(attempts.size() - 1);
      assertThat(last.deferral()).isEqualTo("breaker");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 410, 422})
  void rejectionsDoNotOpenIt(int status) {
    relay.target = request -> Outcome.answered(status);
    admit(50);
    relay.runFor(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo(BreakerState.CLOSED);
    assertThat(relay.sent).hasSize(100);
  }

  @Test
  void whatSaysThatTheTargetIsUnavailableOpensIt() {
    List<Outcome> bad =
        List.of(
            Outcome.answered(408),
            Outcome.answered(429),
            Outcome.answered(500),
            Outcome.answered(599),
            Outcome.failed(TransportError.TIMEOUT),
            Outcome.failed(TransportError.CONNECT));
    int[] next = {0};
    relay.target =
        request ->
            request.target().equals("crm")
                ? bad.get(next[0]++ % bad.size())
                : Outcome.answered(200);
    admit(10);
    relay.runFor(Duration.ofMillis(1));
    assertThat(state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void staysClosedBelowTheShareOfFailures() {
    int[] count = {0};
    relay.target =
        request ->
            Outcome.answered(request.target().equals("crm") && count[0]++ % 5 < 2 ? 503 : 200);
    admit(500);
    relay.runFor(Duration.ofHours(3));
    assertThat(state()).isEqualTo(BreakerState.CLOSED);
    assertThat(ids).allMatch(id -> relay.delivery(id, "crm").state() == DeliveryState.DELIVERED);
  }

  @Test
  void answersFromBeforeItOpenedDoNotDecideWhetherItCloses() {
    relay.latency = Duration.ofSeconds(45);
    failAtCrm();
    admit(10); // answer, badly, while the trials are on their way
    relay.runFor(Duration.ofSeconds(1));
    relay.latency = Duration.ZERO;
    admit(10);
    relay.runFor(Duration.ofMillis(1));
    assertThat(state()).isEqualTo(BreakerState.OPEN);

    relay.latency = Duration.ofSeconds(20);
    relay.target = request -> Outcome.answered(request.eventId().equals(ids.get(0)) ? 503 : 200);
    admit(3);
    relay.runFor(Duration.ofSeconds(40));
    assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
    relay.runFor(Duration.ofSeconds(5));
    assertThat(state()).as("bad answers to attempts from before").isEqualTo(BreakerState.HALF_OPEN);
    relay.runFor(Duration.ofSeconds(6));
    assertThat(state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void aReloadThatLeavesItAloneKeepsItsState() {
    failAtCrm();
    admit(10);
    relay.runFor(Duration.ofMillis(1));
    relay.configure(TestEvents.limited(guarded("crm"), 100), TestEvents.target("archive"));
    assertThat(state()).isEqualTo(BreakerState.OPEN);
    relay.configure(TestEvents.target("crm"), TestEvents.target("archive"));
    relay.settle();
    assertThat(relay.dispatcher.breaker("crm")).isNull();
  }
}
