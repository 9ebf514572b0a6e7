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
    window.refilled(List.of(delivery(1), delivery(2)));
  }

  @Test
  void readsEverythingAgain() {
    window.reread();
    assertThat(window.wantsRefill()).isTrue();

    window.refillFrom();
    window.refilled(List.of(delivery(1), delivery(2), delivery(3)));

    assertThat(window.size()).isEqualTo(3);
  }

  @Test
  void whatIsInFlightIsNotTakenTwice() {
    window.takeDue(DUE.plusSeconds(1));
    window.reread();
    window.refillFrom();
    window.refilled(List.of(delivery(1), delivery(2)));

    assertThat(window.size()).isEqualTo(1);
  }

  @Test
  void whatWasSettledWhileItWasReadIsNotTakenAgain() {
    window.takeDue(DUE.plusSeconds(1));
    window.reread();
    window.refillFrom();
    window.settled(new EventId(1, 1));
    window.refilled(List.of(delivery(1), delivery(2)));

    assertThat(window.earliestDue()).isEqualTo(delivery(2).due());
    assertThat(window.size()).isEqualTo(1);
  }

  @Test
  void whatBecamePendingAgainWhileItWasReadIsKept() {
    window.takeDue(DUE.plusSeconds(1));
    window.reread();
    window.refillFrom();
    window.settled(new EventId(1, 1));
    Delivery again = Delivery.first(new EventId(1, 1), "crm", "all", DUE.plusSeconds(30));
    window.add(new Pending(again, null));
    window.refilled(List.of(delivery(1), delivery(2)));

    assertThat(window.size()).isEqualTo(2);
    window.takeDue(DUE.plusSeconds(1));
    assertThat(window.earliestDue()).isEqualTo(again.due());
  }

  @Test
  void aReadingThatBeganBeforeDoesNotCount() {
    window.reread();
    window.refillFrom();
    window.reread();
    window.refilled(List.of(delivery(1)));

    assertThat(window.size()).isZero();
    assertThat(window.wantsRefill()).isTrue();
  }
}
