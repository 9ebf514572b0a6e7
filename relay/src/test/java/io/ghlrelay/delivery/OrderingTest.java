package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deliveries of one key go one after the other; in virtual time. */
class OrderingTest {
  private static final Duration DAY = Duration.ofDays(1);

  private VirtualRelay relay =
      new VirtualRelay(clock -> new MemoryEventStore(), ordered(Ordering.LOCATION));
  private int events;

  private static TargetConfig ordered(Ordering ordering) {
    return TestEvents.flowing(
        TestEvents.target("crm", RetryPolicies.ghl2025(), 32),
        new FlowConfig(ordering, null, FlowConfig.DEFAULT.catchUp()));
  }

  private EventId admit(@Nullable String location) {
    return admit(location, "{\"n\":" + events + "}");
  }

  private EventId admit(@Nullable String location, String body) {
    Envelope envelope = new Envelope("w" + events++, "ContactUpdate", location, null, "app1", null);
    return relay.admit(relay.events.admission(envelope, body, "crm")).event().id();
  }

  private List<EventId> sent() {
    return relay.sent.stream().map(VirtualRelay.Sent::eventId).toList();
  }

  private DeliveryState state(EventId id) {
    return relay.delivery(id, "crm").state();
  }

  @Test
  void theNextOfAKeyWaitsWhileTheEarlierIsRetriedAndOtherKeysFlow() {
    Set<EventId> failing = new HashSet<>();
    relay.target =
        request ->
            Outcome.answered(
                failing.contains(request.eventId()) && request.attempt() < 3 ? 503 : 200);
    EventId first = admit("A");
    EventId second = admit("A");
    EventId other = admit("B");
    failing.add(first);

    relay.runFor(Duration.ofSeconds(1));
    assertThat(sent()).containsExactlyInAnyOrder(first, other);
    relay.runFor(DAY);

    assertThat(sent()).containsExactly(first, other, first, first, second);
    assertThat(relay.offsetsSeconds()).containsExactly(0L, 0L, 3L, 13L, 13L);
    Attempt late = relay.store().attempts(second, "crm").get(0);
    assertThat(late.number()).isEqualTo(1);
    assertThat(late.deferral()).isEqualTo("ordering");
    assertThat(relay.store().attempts(first, "crm"))
        .extracting(Attempt::deferral)
        .containsOnlyNulls();
  }

  @Test
  void aDeadDeliveryFreesItsKey() {
    EventId first = admit("A");
    EventId second = admit("A");
    relay.target = request -> Outcome.answered(request.eventId().equals(first) ? 400 : 200);

    relay.runFor(Duration.ofSeconds(1));

    assertThat(state(first)).isEqualTo(DeliveryState.DEAD);
    assertThat(state(second)).isEqualTo(DeliveryState.DELIVERED);
  }

  @Test
  void keepsContactsInOrderByWhatTheBodySays() {
    relay.configure(ordered(Ordering.CONTACT));
    relay.latency = Duration.ofSeconds(1);
    admit("A", "{\"type\":\"ContactUpdate\",\"id\":\"c1\"}");
    admit("A", "{\"type\":\"NoteCreate\",\"id\":\"n1\",\"contactId\":\"c1\"}");
    admit("A", "{\"type\":\"AppointmentCreate\",\"appointment\":{\"contactId\":\"c1\"}}");
    admit("A", "{\"type\":\"TaskCreate\",\"data\":{\"id\":\"t1\",\"contactId\":\"c1\"}}");
    admit("A", "{\"type\":\"ContactUpdate\",\"id\":\"c2\"}");
    admit("A", "{\"type\":\"ProductCreate\",\"_id\":\"c1\"}");
    admit("A", "not JSON");

    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds()).containsExactly(0L, 0L, 0L, 0L, 1L, 2L, 3L);
  }

  @Test
  void eventsWithoutAKeyWaitForNobody() {
    relay.latency = Duration.ofSeconds(1);
    for (int i = 0; i < 10; i++) {
      admit(null);
    }
    relay.runFor(DAY);
    assertThat(relay.offsetsSeconds()).containsOnly(0L);
  }

  @Test
  void orderHoldsOverARestart() {
    relay.target = request -> Outcome.answered(request.attempt() < 3 ? 503 : 200);
    EventId first = admit("A");
    relay.runFor(Duration.ofSeconds(5));
    EventId second = admit("A");
    relay.settle();

    relay.restart();
    EventId third = admit("A");
    relay.runFor(DAY);

    assertThat(sent())
        .containsExactly(first, first, first, second, second, second, third, third, third);
  }

  @Test
  void whatIsReplayedGoesBeforeWhatCameLaterAndStillWaits() {
    relay.target = request -> Outcome.answered(400);
    EventId first = admit("A");
    relay.runFor(Duration.ofSeconds(1));
    relay.target = request -> Outcome.answered(request.attempt() < 2 ? 503 : 200);
    EventId second = admit("A");
    EventId third = admit("A");
    relay.runFor(Duration.ofSeconds(1));

    relay.replay(first, "crm");
    relay.runFor(DAY);

    assertThat(sent()).containsExactly(first, second, first, first, second, third, third);
  }

  /** More of one key than any window holds, due before all others. */
  @Test
  void aKeyWithAHugeQueueHoldsNoOtherUp() {
    relay.pause("crm", true);
    int hot = 3 * StoredQueue.WINDOW;
    for (int i = 0; i < hot; i++) {
      admit("hot");
    }
    relay.clock.advance(Duration.ofSeconds(1));
    List<EventId> others = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      others.add(admit("cold" + i));
    }
    relay.restart();
    relay.latency = Duration.ofMillis(20);

    relay.pause("crm", false);
    relay.runFor(Duration.ofSeconds(5));
    assertThat(others).allMatch(id -> state(id) == DeliveryState.DELIVERED);

    relay.runFor(DAY);
    assertThat(sent()).hasSize(hot + 100);
    assertThat(relay.sent.stream().filter(one -> !others.contains(one.eventId())))
        .extracting(VirtualRelay.Sent::eventId)
        .isSorted();
  }

  @Test
  void anotherOrderIsBegunWhenNothingIsInFlight() {
    relay.configure(ordered(Ordering.NONE));
    relay.latency = Duration.ofSeconds(10);
    for (int i = 0; i < 5; i++) {
      admit("A");
    }
    relay.runFor(Duration.ofSeconds(1));
    assertThat(relay.sent).hasSize(5);

    relay.configure(ordered(Ordering.LOCATION));
    for (int i = 0; i < 3; i++) {
      admit("A");
    }
    relay.runFor(DAY);

    assertThat(relay.offsetsSeconds()).containsExactly(0L, 0L, 0L, 0L, 0L, 10L, 20L, 30L);
  }

  /**
   * Thousands of events over random keys with random outcomes, delays, restarts, pauses and
   * replays, much more than is known at a time: never two of a key in flight, each attempted only
   * when those before it are settled, none lost, none stuck.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverTwoOfAKeyNeverOutOfOrderNeverLost(int seed) {
    Random random = new Random(seed);
    relay = new VirtualRelay(clock -> new MemoryEventStore());
    relay.known = seed % 3 == 0 ? 20_000 : 20 + random.nextInt(100);
    if (seed % 2 == 0) {
      relay.readTakes = () -> Duration.ofMillis(random.nextInt(60));
    }
    relay.configure(ordered(Ordering.LOCATION));
    Map<String, List<EventId>> byKey = new HashMap<>();
    Map<EventId, String> keys = new HashMap<>();
    Map<String, EventId> flying = new HashMap<>();
    Map<String, ArrayDeque<EventId>> lines = new HashMap<>();
    Set<EventId> replayed = new HashSet<>();
    relay.onSend =
        request -> {
          String key = keys.get(request.eventId());
          if (key == null) {
            return;
          }
          assertThat(flying.put(key, request.eventId())).as("two of " + key).isNull();
          ArrayDeque<EventId> line = lines.getOrDefault(key, new ArrayDeque<>());
          while (!line.isEmpty()
              && (replayed.contains(line.peek()) || state(line.peek()) != DeliveryState.PENDING)) {
            line.remove();
          }
          assertThat(replayed.contains(request.eventId()) || request.eventId().equals(line.peek()))
              .as("the first of %s that is pending", key)
              .isTrue();
        };
    relay.target =
        request -> {
          String key = keys.get(request.eventId());
          if (key != null) {
            flying.remove(key);
          }
          int draw = random.nextInt(100);
          return Outcome.answered(draw < 70 ? 200 : draw < 97 ? 503 : 400);
        };
    List<EventId> all = new ArrayList<>();
    int manyKeys = 5 + random.nextInt(200);

    for (int step = 0; step < 2500; step++) {
      relay.latency = Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 4000 : 50));
      int kind = random.nextInt(20);
      String key = kind < 2 ? null : kind < 7 ? "hot" : "k" + random.nextInt(manyKeys);
      EventId id = admit(key);
      all.add(id);
      if (key != null) {
        keys.put(id, key);
        byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(id);
        lines.computeIfAbsent(key, k -> new ArrayDeque<>()).add(id);
      }
      if (random.nextInt(3) == 0) {
        relay.runFor(Duration.ofMillis(random.nextInt(40)));
      }
      if (random.nextInt(300) == 0) {
        flying.clear();
        relay.restart();
      }
      if (random.nextInt(200) == 0) {
        relay.pause("crm", random.nextBoolean());
      }
      if (random.nextInt(40) == 0) {
        EventId old = all.get(random.nextInt(all.size()));
        replayed.add(old);
        relay.replay(old, "crm");
      }
    }
    relay.pause("crm", false);
    relay.runFor(Duration.ofDays(60));

    assertThat(all).allMatch(id -> state(id) != DeliveryState.PENDING);
    Map<EventId, Integer> lastSent = new HashMap<>();
    for (int i = 0; i < relay.sent.size(); i++) {
      lastSent.put(relay.sent.get(i).eventId(), i);
    }
    byKey.forEach(
        (key, ids) ->
            assertThat(ids.stream().filter(id -> !replayed.contains(id)).map(lastSent::get))
                .as(key)
                .isSorted()
                .doesNotContainNull());
    for (EventId id : all) {
      Delivery delivery = relay.delivery(id, "crm");
      assertThat(
              relay.store().attempts(id, "crm").stream()
                  .filter(a -> a.series() == delivery.series()))
          .as("attempts are counted as made")
          .hasSize(delivery.progress().attempts());
    }
  }
}
