package io.ghlrelay.conformance.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sequence of faults. */
class PlannedFaultTest {
  private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

  @Test
  void isTheSameForTheSameSeed() {
    assertThat(PlannedFault.sequence(7, 300, ALL, 4))
        .isEqualTo(PlannedFault.sequence(7, 300, ALL, 4))
        .isNotEqualTo(PlannedFault.sequence(8, 300, ALL, 4));
  }

  @Test
  void hasEveryKindBeforeAnyComesAgain() {
    List<FaultKind> first =
        PlannedFault.sequence(1, ALL.size(), ALL, 4).stream().map(PlannedFault::kind).toList();

    assertThat(first).containsExactlyInAnyOrderElementsOf(ALL);
  }

  @Test
  void endsTheProcessInTheMiddleOfSomeOthers() {
    List<PlannedFault> all = PlannedFault.sequence(1, 1_000, ALL, 4);

    assertThat(all.stream().filter(one -> one.meanwhile() != null).count()).isBetween(80L, 220L);
    assertThat(all)
        .filteredOn(one -> one.kind().group() == FaultKind.Group.PROCESS)
        .allMatch(one -> one.meanwhile() == null);
  }
}
