package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who may take how much memory for bodies. */
class BodyBudgetTest {
  private final BodyBudget budget = new BodyBudget(100);

  @Test
  void strangersTakeHalfAndLeaveTheRestToTheProven() {
    assertThat(budget.reserve(50, false)).isTrue();
    assertThat(budget.reserve(1, false)).isFalse();
    assertThat(budget.reserve(50, true)).isTrue();
    assertThat(budget.reserve(1, true)).isFalse();
    budget.release(51);
    assertThat(budget.reserve(1, false)).as("49 are taken").isTrue();
  }
}
