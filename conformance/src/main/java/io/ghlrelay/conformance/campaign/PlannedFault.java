package io.ghlrelay.conformance.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One fault of a campaign's sequence.
 *
 * @param number from 1
 * @param kind what happens
 * @param target which target it happens to, where it does: an index
 * @param after at which share of the acknowledgements of its part of the events, 0..1
 * @param hold how long it lasts
 * @param meanwhile what happens to the process in the middle of it; null = nothing
 * @param seed decides all that is left open
 */
record PlannedFault(
    int number,
    FaultKind kind,
    int target,
    double after,
    Duration hold,
    @Nullable FaultKind meanwhile,
    long seed) {
  private static final int SHORTEST_MILLIS = 200;
  private static final int LONGEST_MILLIS = 1_200;

  /** Of six faults that leave the process alone, one meets a kill, a stop or a power cut. */
  private static final int MEANWHILE_ONE_IN = 6;

  private static final List<FaultKind> MEANWHILE =
      List.of(FaultKind.KILL, FaultKind.STOP, FaultKind.POWER_CUT);

  /**
   * The sequence of a seed: decks of all kinds, each shuffled, so that none is missing for long.
   *
   * @param kinds which there are; not empty
   */
  static List<PlannedFault> sequence(
      long seed, int count, Collection<FaultKind> kinds, int targets) {
    Random random = new Random(seed);
    List<FaultKind> deck = new ArrayList<>();
    List<PlannedFault> sequence = new ArrayList<>(count);
    for (int number = 1; number <= count; number++) {
      if (deck.isEmpty()) {
        deck.addAll(new java.util.TreeSet<>(kinds));
        Collections.shuffle(deck, random);
      }
      FaultKind kind = deck.remove(deck.size() - 1);
      int target = random.nextInt(targets);
      double after = 0.05 + 0.5 * random.nextDouble();
      int hold = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
      FaultKind meanwhile = MEANWHILE.get(random.nextInt(MEANWHILE.size()));
      boolean alone = random.nextInt(MEANWHILE_ONE_IN) != 0;
      sequence.add(
          new PlannedFault(
              number,
              kind,
              target,
              after,
              Duration.ofMillis(hold),
              alone || kind.group() == FaultKind.Group.PROCESS || !kinds.contains(meanwhile)
                  ? null
                  : meanwhile,
              random.nextLong()));
    }
    return sequence;
  }

  /** For people. */
  String text() {
    return "#" + number + " " + kind.id() + (meanwhile == null ? "" : " and " + meanwhile.id());
  }
}
