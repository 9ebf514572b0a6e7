package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a queue in order does when readings of the store, arrivals and outcomes meet in the least
 * convenient order. Each reading is let go by hand.
 */
class OrderedQueueTest {
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final MemoryEventStore store = new MemoryEventStore();
  private final Deque<Runnable> reads = new ArrayDeque<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<Delivery> admitted = new ArrayList<>();
  private OrderedQueue queue = open(100);

  private OrderedQueue open(int known) {
    Loop loop =
        new Loop() {
          @Override
          public void execute(Runnable task) {
            tasks.add(task);
          }

          @Override
          public void at(Instant when, Runnable task) {
            throw new AssertionError("nothing fails here");
          }
        };
    var source =
        new StoredQueue.Source(
            "crm", store, loop, reads::add, clock, new BodyBudget(Long.MAX_VALUE));
    return new OrderedQueue(source, Ordering.LOCATION, known, () -> {});
  }

  private Pending admit(String key) {
    clock.advance(Duration.ofMillis(1));
    Admission admission =
        events.admission(
            new Envelope("w" + admitted.size(), "T", key, null, "a", null), "{}", "crm");
    var stored = (Admitted.Stored) store.admit(admission).toCompletableFuture().join();
    Delivery delivery = stored.deliveries().get(0);
    admitted.add(delivery);
    return new Pending(delivery, new Pending.Content(stored.event(), admission.body()));
  }

  private EventId add(String key) {
    Pending pending = admit(key);
    queue.add(pending);
    return pending.delivery().eventId();
  }

  /** Lets one reading happen, and the queue learn of it. */
  private void readOnce() {
    reads.remove().run();
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Lets all readings happen, those that follow too. */
  private void readAll() {
    queue.readOn();
    while (!reads.isEmpty()) {
      readOnce();
      queue.readOn();
    }
  }

  private @Nullable EventId take() {
    Pending taken = queue.takeDue(clock.instant());
    return taken == null ? null : taken.delivery().eventId();
  }

  private Delivery ended(EventId id, DeliveryState state) {
    Delivery before = store.deliveries(id).get(0);
    Delivery after =
        new Delivery(
            id,
            "crm",
            before.route(),
            state,
            before.series(),
            new RetryProgress(1, null, null, Duration.ZERO),
            null,
            state == DeliveryState.DEAD ? DeadReason.REJECTED : null,
            clock.instant());
    Attempt attempt =
        new Attempt(
            before.series(),
            1,
            Objects.requireNonNull(before.due()),
            clock.instant(),
            Duration.ZERO,
            Outcome.answered(200),
            new byte[0],
            null);
    store.record(before, after, attempt).toCompletableFuture().join();
    return after;
  }

  private void settle(EventId id) {
    queue.settled(ended(id, DeliveryState.DELIVERED));
  }

  private EventId replay(EventId id) {
    store.replay(id, List.of(new RoutedTarget("crm", "r")), clock.instant());
    queue.add(new Pending(store.deliveries(id).get(0), null));
    return id;
  }

  @Test
  void nothingIsTakenBeforeTheOrderIsKnown() {
    EventId first = admit("K").delivery().eventId();
    queue.readOn();
    EventId second = add("K");
    assertThat(take()).isNull();

    readAll();
    assertThat(take()).isEqualTo(first);
    assertThat(take()).isNull();
    settle(first);
    assertThat(take()).isNull();
    readAll();
    assertThat(take()).isEqualTo(second);
  }

  @Test
  void whatIsForgottenToMakeRoomIsNotTakenUntilItIsKnownAgain() {
    queue = open(4);
    readAll();
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ids.add(add("K" + i));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(take()).isEqualTo(ids.get(i));
    }
    assertThat(take()).isNull();
    ids.subList(0, 3).forEach(this::settle);
    readAll();
    for (int i = 3; i < 6; i++) {
      assertThat(take()).isEqualTo(ids.get(i));
    }
  }

  @Test
  void whatEndsWhileItIsReadDoesNotStayInTheLine() {
    queue = open(4);
    readAll();
    EventId first = add("A");
    EventId second = add("B");
    EventId third = add("C");
    EventId fourth = add("D");
    for (EventId id : List.of(first, second, third, fourth)) {
      assertThat(take()).isEqualTo(id);
    }
    EventId fifth = add("E"); // makes room: the fourth is forgotten, though it is in flight
    settle(first);
    settle(second);
    queue.readOn();
    readOnce(); // finds the fourth pending
    settle(fourth);
    readAll();

    assertThat(take()).isEqualTo(fifth);
    EventId sixth = add("D");
    assertThat(take()).isEqualTo(sixth);
  }

  @Test
  void aReadingThatNoLongerJoinsOnIsReadAgain() {
    queue = open(4);
    readAll();
    List<EventId> old = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      old.add(add("K"));
      assertThat(take()).isEqualTo(old.get(i));
      settle(old.get(i));
    }
    List<EventId> fresh = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      fresh.add(add("F" + i));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(take()).isEqualTo(fresh.get(i));
      settle(fresh.get(i));
    }
    queue.readOn(); // begins behind the frontier
    Runnable scan = reads.remove();
    old.forEach(this::replay);
    while (!reads.isEmpty()) {
      readOnce(); // the replayed are more than there is room for: the frontier moves back
    }
    assertThat(take()).isEqualTo(old.get(0));
    settle(old.get(0));
    reads.add(scan);
    readAll();

    List<EventId> order = new ArrayList<>();
    for (EventId id = take(); id != null; id = take()) {
      order.add(id);
      assertThat(order.stream().filter(old::contains)).hasSizeLessThan(2);
    }
    for (int i = 0; i < 20; i++) {
      order.forEach(this::settle);
      order.clear();
      readAll();
      for (EventId id = take(); id != null; id = take()) {
        order.add(id);
      }
      assertThat(order.stream().filter(old::contains)).hasSizeLessThan(2);
    }
    assertThat(store.stats().targets())
        .hasEntrySatisfying("crm", s -> assertThat(s.pending()).isZero());
  }

  @Test
  void whatIsReplayedIsNotTakenForOneWithoutAKeyWhileItsKeyIsRead() {
    EventId first = admit("K").delivery().eventId();
    ended(first, DeliveryState.DEAD);
    EventId second = admit("K").delivery().eventId();
    queue.readOn();
    while (tasks.isEmpty() && reads.size() == 1) {
      reads.remove().run(); // the scan
    }
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    queue.readOn();
    replay(first);
    readOnce(); // the window finds both

    assertThat(take()).isEqualTo(second);
    assertThat(take()).isNull();
    readAll();
    assertThat(take()).isNull();
    settle(second);
    readAll();
    assertThat(take()).isEqualTo(first);
  }

  @Test
  void theLineGoesOnBehindOneThatIsNoLongerPending() {
    EventId first = admit("K").delivery().eventId();
    EventId second = admit("K").delivery().eventId();
    EventId third = admit("K").delivery().eventId();
    readAll();
    assertThat(take()).isEqualTo(first);
    ended(second, DeliveryState.CANCELLED); // by an operator
    settle(first);
    readAll();
    assertThat(take()).isEqualTo(third);
  }
}
