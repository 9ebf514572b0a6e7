package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.EventId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The head of a queue, while the store is read anew from its beginning. */
class DueWindowTest {
  private static final Instant DUE = Instant.parse("2026-11-26T08:00:00Z");

  private final DueWindow window = new DueWindow(100, new BodyBudget(1 << 20));

  private static Delivery delivery(long id) {
    return Delivery.first(new EventId(id, 1), "crm", "all", DUE.plusMillis(id));
  }

  private DueWindowTest() {
    window.refillFrom();
    window.refilled(List.of(delivery(1), delivery(2)), read -> true);
  }

  @Test
  void readsEverythingAgain() {
    window.rewind();
    assertThat(window.wantsRefill()).isTrue();

    window.refillFrom();
    window.refilled(List.of(delivery(1), delivery(2), delivery(3)), read -> true);

    assertThat(size()).isEqualTo(3);
  }

  @Test
  void whatIsInFlightIsNotTakenTwice() {
    window.takeDue(DUE.plusSeconds(1));
    window.rewind();
    window.refillFrom();
    window.refilled(List.of(delivery(1), delivery(2)), read -> true);

    assertThat(size()).isEqualTo(1);
  }

  @Test
  void whatWasSettledWhileItWasReadIsNotTakenAgain() {
    window.takeDue(DUE.plusSeconds(1));
    window.rewind();
    window.refillFrom();
    window.settled(new EventId(1, 1));
    window.refilled(List.of(delivery(1), delivery(2)), read -> true);

    assertThat(window.earliestDue()).isEqualTo(delivery(2).due());
    assertThat(size()).isEqualTo(1);
  }

  @Test
  void whatBecamePendingAgainWhileItWasReadIsKept() {
    window.takeDue(DUE.plusSeconds(1));
    window.rewind();
    window.refillFrom();
    window.settled(new EventId(1, 1));
    Delivery again = Delivery.first(new EventId(1, 1), "crm", "all", DUE.plusSeconds(30));
    window.add(new Pending(again, null));
    window.refilled(List.of(delivery(1), delivery(2)), read -> true);

    assertThat(window.takeDue(DUE.plusSeconds(1))).isNotNull();
    assertThat(window.earliestDue()).isEqualTo(again.due());
    assertThat(size()).isEqualTo(1);
  }

  @Test
  void aReadingThatBeganBeforeDoesNotCount() {
    window.rewind();
    window.refillFrom();
    window.rewind();
    window.refilled(List.of(delivery(1)), read -> true);

    assertThat(size()).isZero();
    assertThat(window.wantsRefill()).isTrue();
  }

  /** Takes all that is held, whenever it is due. */
  private int size() {
    int size = 0;
    while (window.takeDue(DUE.plusSeconds(3600)) != null) {
      size++;
    }
    return size;
  }
}
