package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy.Timeline;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The path from an admitted event to its outcome, in virtual time. */
class DeliveryTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final VirtualRelay relay =
      new VirtualRelay(clock -> new MemoryEventStore(), TestEvents.target("crm"));

  private EventId admitOne() {
    return relay.admit(relay.events.admission("w1", "{}", "crm")).event().id();
  }

  @Test
  void retriesThreeTimesThenDelivers() {
    relay.target =
        request ->
            switch (request.attempt()) {
              case 1 -> Outcome.answered(503);
              case 2 -> Outcome.answered(429);
              case 3 -> Outcome.answered(408);
              default -> Outcome.answered(200);
            };
    EventId id = admitOne();

    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds()).containsExactly(0L, 3L, 13L, 23L);
    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
    assertThat(relay.store().attempts(id, "crm"))
        .extracting(Attempt::number)
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void aRemovedEventIsNotAttemptedAnyMore() {
    relay.target = request -> Outcome.answered(503);
    EventId gone = admitOne();
    EventId kept = relay.admit(relay.events.admission("w2", "{\"n\":2}", "crm")).event().id();
    relay.runFor(Duration.ofSeconds(15));
    assertThat(relay.sent).hasSize(6);

    relay.remove(gone);
    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(6 + 8);
    assertThat(relay.sent.subList(6, 14)).allMatch(sent -> sent.eventId().equals(kept));
    assertThat(relay.store().event(gone)).isEmpty();
    assertThat(relay.store().attempts(gone, "crm")).isEmpty();
    assertThat(relay.delivery(kept, "crm").deadReason()).isEqualTo(DeadReason.EXHAUSTED);
  }

  @Test
  void anEventRemovedWhileItsAttemptIsInFlightDoesNotComeBack() {
    relay.target = request -> Outcome.answered(503);
    relay.latency = Duration.ofSeconds(2);
    EventId id = admitOne();
    relay.runFor(Duration.ofSeconds(1));

    relay.remove(id);
    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(1);
    assertThat(relay.store().deliveries(id)).isEmpty();
    assertThat(relay.store().due("crm", DuePosition.START, 10)).isEmpty();
    assertThat(relay.dispatcher.nextDue("crm")).isNull();
    assertThat(relay.alarmsLeft()).isZero();
    EventId later = relay.admit(relay.events.admission("w2", "{}", "crm")).event().id();
    relay.target = request -> Outcome.answered(200);
    relay.runFor(DAY);
    assertThat(relay.delivery(later, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
  }

  @Test
  void aQueueReadBeforeTheRemovalDoesNotKeepTheLaneBusy() {
    relay.pause("crm", true);
    EventId gone = admitOne();
    relay.restart(); // what the lane knows, it has read from the store
    relay.settle();
    relay.store().remove(List.of(gone)).toCompletableFuture().join(); // and nobody tells the lane
    relay.pause("crm", false);

    relay.runFor(DAY);

    assertThat(relay.sent).isEmpty();
    assertThat(relay.alarmsLeft()).isZero();
    assertThat(relay.dispatcher.nextDue("crm")).isNull();
  }

  @Test
  void countsIntervalsFromThePreviousAttemptWhereSoConfigured() {
    relay.configure(
        TestEvents.target("crm", RetryPolicies.ghl2025().withTimeline(Timeline.INTERVALS), 1));
    relay.target = request -> Outcome.answered(request.attempt() < 5 ? 500 : 200);
    admitOne();

    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds()).containsExactly(0L, 3L, 13L, 33L, 73L);
  }

  @Test
  void deliversWhatTheStoreTookThoughItSaidItHadNot() {
    EventId known = admitOne();
    relay.runFor(Duration.ofSeconds(1));
    // Its admission was reported as failed, so nobody told the dispatcher.
    relay
        .store()
        .admit(relay.events.admission("w2", "{\"n\":2}", "crm"))
        .toCompletableFuture()
        .join();
    relay.runFor(DAY);
    assertThat(relay.sent).hasSize(1);

    relay.dispatcher.reread();
    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(2);
    assertThat(relay.sent.get(0).eventId()).isEqualTo(known);
  }

  @Test
  void readsAnewWhatWasBeingReadWhenTheStoreWasOpenedAnew() {
    relay.target = request -> Outcome.answered(request.attempt() < 3 ? 503 : 200);
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.add(
          relay.admit(relay.events.admission("w" + i, "{\"n\":" + i + "}", "crm")).event().id());
      relay.dispatcher.reread();
    }
    relay.dispatcher.reread();
    relay.runFor(Duration.ofSeconds(5));
    relay.dispatcher.reread();
    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(150);
    assertThat(ids)
        .allMatch(id -> relay.delivery(id, "crm").state() == DeliveryState.DELIVERED)
        .allMatch(id -> relay.store().attempts(id, "crm").size() == 3);
  }

  @Test
  void givesUpAtOnceOnARejection() {
    relay.target = request -> Outcome.answered(400);
    EventId id = admitOne();

    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(1);
    assertThat(relay.delivery(id, "crm").deadReason()).isEqualTo(DeadReason.REJECTED);
  }

  @Test
  void givesUpAfterElevenAttemptsAndDeliversOnReplay() {
    relay.target = request -> Outcome.answered(500);
    EventId id = admitOne();

    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds())
        .containsExactly(0L, 3L, 13L, 23L, 43L, 83L, 163L, 323L, 643L, 1283L, 2563L);
    Delivery dead = relay.delivery(id, "crm");
    assertThat(dead.state()).isEqualTo(DeliveryState.DEAD);
    assertThat(dead.deadReason()).isEqualTo(DeadReason.EXHAUSTED);

    relay.target = request -> Outcome.answered(200);
    relay.replay(id, "crm");
    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.PENDING);
    relay.runFor(DAY);

    Delivery delivered = relay.delivery(id, "crm");
    assertThat(delivered.state()).isEqualTo(DeliveryState.DELIVERED);
    assertThat(delivered.series()).isEqualTo(2);
    assertThat(relay.sent.get(11).attempt()).isEqualTo(1);
    assertThat(relay.store().attempts(id, "crm")).hasSize(12);
  }

  @Test
  void continuesASeriesAfterARestartWithTheJitterOnceDrawn() {
    relay.target = request -> Outcome.answered(503);
    admitOne();
    relay.runFor(Duration.ofSeconds(5));
    relay.jitter = (min, max) -> Duration.ofSeconds(9);

    relay.restart();
    relay.runFor(Duration.ofSeconds(40));

    assertThat(relay.offsetsSeconds()).containsExactly(0L, 3L, 13L, 23L, 43L);
  }

  @Test
  void aLongDowntimeUsesUpNoRetry() {
    relay.target = request -> Outcome.answered(503);
    EventId id = admitOne();
    relay.runFor(Duration.ofSeconds(5));

    relay.clock.advance(Duration.ofHours(30));
    relay.restart();
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.sent).as("what fell due meanwhile is made at once").hasSize(11);
    assertThat(relay.delivery(id, "crm").deadReason()).isEqualTo(DeadReason.EXHAUSTED);
    assertThat(relay.store().attempts(id, "crm").get(2).deferral()).isEqualTo("relayDown");
  }

  @Test
  void aPausedTargetDefersAndUsesUpNothing() {
    relay.pause("crm", true);
    EventId id = admitOne();
    relay.runFor(Duration.ofHours(3));
    assertThat(relay.sent).isEmpty();

    relay.pause("crm", false);
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
    Attempt attempt = relay.store().attempts(id, "crm").get(0);
    assertThat(attempt.number()).isEqualTo(1);
    assertThat(attempt.deferral()).isEqualTo("paused");
  }

  @Test
  void aDeadTargetDelaysNoOther() {
    relay.configure(
        TestEvents.target("crm", RetryPolicies.ghl2025(), 2), TestEvents.target("archive"));
    relay.latency = Duration.ofSeconds(10);
    relay.target = request -> Outcome.answered(request.target().equals("crm") ? 503 : 200);
    for (int i = 0; i < 20; i++) {
      relay.admit(relay.events.admission("w" + i, "{\"n\":" + i + "}", "crm", "archive"));
    }

    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.sent).filteredOn(one -> one.target().equals("archive")).hasSize(20);
    assertThat(relay.sent).filteredOn(one -> one.target().equals("crm")).hasSize(2);
  }

  @Test
  void keepsWithinTheConcurrency() {
    relay.configure(TestEvents.target("crm", RetryPolicies.ghl2025(), 3));
    relay.latency = Duration.ofMillis(100);
    for (int i = 0; i < 50; i++) {
      relay.admit(relay.events.admission("w" + i, "{\"n\":" + i + "}", "crm"));
    }

    relay.runFor(DAY);

    assertThat(relay.sent).hasSize(50);
    assertThat(relay.mostInFlight).isEqualTo(3);
  }

  @Test
  void aRateLimitDefersAndUsesUpNothing() {
    relay.configure(TestEvents.limited(TestEvents.target("crm"), 2));
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ids.add(relay.admit(relay.events.admission("w" + i, "{}", "crm")).event().id());
    }

    relay.runFor(Duration.ofSeconds(10));

    assertThat(relay.sent).extracting(sent -> sent.eventId()).isEqualTo(ids);
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < 6; i++) {
      gaps.add(Duration.between(relay.sent.get(i - 1).at(), relay.sent.get(i).at()).toMillis());
    }
    assertThat(gaps).containsOnly(500L);
    assertThat(relay.store().attempts(ids.get(0), "crm").get(0).deferral()).isNull();
    assertThat(relay.store().attempts(ids.get(3), "crm").get(0).deferral()).isEqualTo("rateLimit");
    assertThat(relay.sent).extracting(VirtualRelay.Sent::attempt).containsOnly(1);
  }

  @Test
  void aRateOfHundredsIsKept() {
    relay.configure(TestEvents.limited(TestEvents.target("crm"), 500));
    for (int i = 0; i < 2000; i++) {
      relay.admit(relay.events.admission("w" + i, "{}", "crm"));
    }

    relay.runFor(Duration.ofSeconds(1));
    assertThat(relay.sent).hasSizeBetween(500, 551);
    relay.runFor(Duration.ofSeconds(4));
    assertThat(relay.sent).hasSize(2000);
  }

  @Test
  void aRetryWaitsForTheRateToo() {
    relay.configure(TestEvents.limited(TestEvents.target("crm"), 0.1));
    relay.target = request -> Outcome.answered(request.attempt() < 3 ? 503 : 200);
    EventId id = admitOne();

    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds())
        .as("3 s and 13 s by the policy")
        .containsExactly(0L, 10L, 20L);
    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
  }

  @Test
  void aRemovedTargetKeepsItsQueueUntilItComesBack() {
    relay.pause("crm", true);
    EventId id = admitOne();
    relay.settle();
    relay.configure(TestEvents.target("other"));
    relay.pause("crm", false);
    relay.runFor(DAY);
    assertThat(relay.sent).isEmpty();
    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.PENDING);

    relay.configure(TestEvents.target("crm"));
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
  }

  /** Far more than the window, with failures, restarts and arrivals between: each exactly once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 32})
  void bringsAHugeBacklogThroughTheWindowEachOnceAndInOrder(int concurrency) {
    relay.configure(TestEvents.target("crm", RetryPolicies.ghl2025(), concurrency));
    int backlog = 3 * StoredQueue.WINDOW;
    Random random = new Random(7);
    Set<EventId> flaky = new HashSet<>();
    relay.target =
        request ->
            request.attempt() == 1 && flaky.contains(request.eventId())
                ? Outcome.answered(503)
                : Outcome.answered(200);
    relay.pause("crm", true);
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < backlog; i++) {
      EventId id =
          relay.admit(relay.events.admission("w" + i, "{\"n\":" + i + "}", "crm")).event().id();
      ids.add(id);
      if (random.nextInt(20) == 0) {
        flaky.add(id);
      }
      relay.clock.advance(Duration.ofMillis(1));
      if (random.nextInt(100) == 0) {
        relay.settle();
      }
    }
    relay.latency = Duration.ofMillis(5);

    relay.pause("crm", false);
    for (int i = 0; i < 2000; i++) {
      ids.add(
          relay.admit(relay.events.admission("late" + i, "{\"l\":" + i + "}", "crm")).event().id());
      relay.runFor(Duration.ofMillis(2));
    }
    relay.runFor(DAY);

    Map<EventId, Integer> requests = new HashMap<>();
    relay.sent.forEach(one -> requests.merge(one.eventId(), 1, Integer::sum));
    for (EventId id : ids) {
      assertThat(requests.get(id)).as(id.toString()).isEqualTo(flaky.contains(id) ? 2 : 1);
      assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
    }
    List<EventId> firsts =
        relay.sent.stream()
            .filter(one -> one.attempt() == 1)
            .map(VirtualRelay.Sent::eventId)
            .toList();
    assertThat(firsts).hasSize(ids.size());
    if (concurrency == 1) { // else attempts in flight together overtake each other
      assertThat(firsts).isSorted();
    }
  }
}
