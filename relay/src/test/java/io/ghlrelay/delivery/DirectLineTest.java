package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.delivery.DirectResult.Attempted;
import io.ghlrelay.delivery.DirectResult.Reason;
import io.ghlrelay.delivery.DirectResult.Refused;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Events of direct routes, past the queue, in virtual time. */
class DirectLineTest {
  private final VirtualRelay relay =
      new VirtualRelay(clock -> new MemoryEventStore(), TestEvents.target("crm"));

  private CompletableFuture<DirectResult> forward(String target) {
    Admission admission = relay.events.admission("w1", "{}");
    CompletableFuture<DirectResult> result =
        relay.dispatcher.forward(target, admission.event(), admission.body()).toCompletableFuture();
    relay.settle();
    return result;
  }

  private static Outcome outcome(CompletableFuture<DirectResult> result) {
    return ((Attempted) result.join()).attempt().outcome();
  }

  @Test
  void makesOneAttemptAndRecordsNothing() {
    relay.target = request -> Outcome.answered(503);
    relay.latency = Duration.ofMillis(40);

    CompletableFuture<DirectResult> result = forward("crm");
    assertThat(result).isNotDone();
    relay.runFor(Duration.ofDays(1));

    Attempt attempt = ((Attempted) result.join()).attempt();
    assertThat(attempt.outcome()).isEqualTo(Outcome.answered(503));
    assertThat(attempt.latency()).isEqualTo(Duration.ofMillis(40));
    assertThat(relay.sent).hasSize(1);
    assertThat(relay.sent.get(0).attempt()).isEqualTo(1);
    assertThat(relay.store().event(relay.sent.get(0).eventId())).isEmpty();
    assertThat(relay.store().stats().targets()).isEmpty();
  }

  @Test
  void aPauseHoldsHereToo() {
    relay.pause("crm", true);

    assertThat(forward("crm"))
        .isCompletedWithValue(new Refused(Reason.PAUSED, DirectLine.AFTER_PAUSE));
    assertThat(relay.sent).isEmpty();

    relay.pause("crm", false);
    assertThat(outcome(forward("crm"))).isEqualTo(Outcome.answered(200));
  }

  @Test
  void slotsAreSharedWithTheQueue() {
    relay.configure(TestEvents.target("crm", RetryPolicies.ghl2025(), 2));
    relay.latency = Duration.ofSeconds(1);
    relay.admit(relay.events.admission("w2", "{}", "crm"));

    CompletableFuture<DirectResult> first = forward("crm");
    assertThat(relay.sent).hasSize(2);
    assertThat(relay.dispatcher.inFlight("crm")).as("of deliveries").isEqualTo(1);
    assertThat(forward("crm"))
        .isCompletedWithValue(new Refused(Reason.CONCURRENCY, DirectLine.AFTER_SLOT));

    // A delivery waits for the slot that the direct one has, and no longer.
    relay.admit(relay.events.admission("w3", "{}", "crm"));
    relay.settle();
    assertThat(relay.sent).hasSize(2);
    relay.runFor(Duration.ofSeconds(1));
    assertThat(outcome(first)).isEqualTo(Outcome.answered(200));
    assertThat(relay.sent).hasSize(3);
    assertThat(outcome(runThrough(forward("crm")))).isEqualTo(Outcome.answered(200));
    assertThat(relay.mostInFlight).isEqualTo(2);
  }

  private CompletableFuture<DirectResult> runThrough(CompletableFuture<DirectResult> result) {
    relay.runFor(Duration.ofSeconds(2));
    return result;
  }

  @Test
  void thePaceIsSharedAndSaysWhenToComeAgain() {
    relay.configure(TestEvents.limited(TestEvents.target("crm"), 1));
    assertThat(outcome(forward("crm"))).isEqualTo(Outcome.answered(200));
    relay.runFor(Duration.ofMillis(400));

    assertThat(forward("crm"))
        .isCompletedWithValue(new Refused(Reason.RATE_LIMIT, Duration.ofMillis(600)));
    relay.runFor(Duration.ofMillis(600));
    assertThat(outcome(forward("crm"))).isEqualTo(Outcome.answered(200));
    relay.admit(relay.events.admission("w2", "{}", "crm"));
    relay.settle();
    assertThat(relay.sent).as("the delivery has to wait for the pace").hasSize(2);
    relay.runFor(Duration.ofSeconds(1));
    assertThat(relay.sent).hasSize(3);
  }

  @Test
  void aTargetThatIsGoneTakesNothing() {
    relay.configure(TestEvents.target("other"));

    assertThat(forward("crm"))
        .isCompletedWithValue(new Refused(Reason.UNAVAILABLE, DirectLine.AFTER_UNAVAILABLE));
    assertThat(forward("neverThere"))
        .isCompletedWithValue(new Refused(Reason.UNAVAILABLE, DirectLine.AFTER_UNAVAILABLE));
    assertThat(relay.sent).isEmpty();
  }

  @Test
  void anOpenBreakerSendsBackAndATrialMayBeADirectEvent() {
    FlowConfig.Breaker breaker = new FlowConfig.Breaker(50, 4, 4, Duration.ofSeconds(30), 1);
    relay.configure(
        TestEvents.flowing(
            TestEvents.target("crm"),
            new FlowConfig(FlowConfig.Ordering.NONE, breaker, FlowConfig.DEFAULT.catchUp())));
    relay.target = request -> Outcome.answered(503);
    for (int i = 0; i < 4; i++) {
      assertThat(outcome(forward("crm"))).isEqualTo(Outcome.answered(503));
    }

    assertThat(forward("crm").join())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.BREAKER));
    assertThat(relay.sent).hasSize(4);

    relay.target = request -> Outcome.answered(200);
    relay.runFor(Duration.ofSeconds(31));
    assertThat(outcome(forward("crm"))).isEqualTo(Outcome.answered(200));
    assertThat(outcome(forward("crm"))).as("closed again").isEqualTo(Outcome.answered(200));
  }
}
