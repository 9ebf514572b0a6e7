package io.ghlrelay.conformance.campaign;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** What was found, with the faults before it. Thread-safe. */
final class Violations {
  /** Told in words, of each kind; the others are counted. */
  private static final int TOLD = 10;

  private static final int FAULTS_SHOWN = 4;

  private final Consumer<String> messages;
  private final long startNanos = System.nanoTime();
  private final Map<ViolationKind, Integer> counts = new EnumMap<>(ViolationKind.class);
  private final List<String> told = new ArrayList<>();
  private final Deque<String> lastFaults = new ArrayDeque<>();

  Violations(Consumer<String> messages) {
    this.messages = messages;
  }

  /** Notes what is happening, for the words of a violation. */
  synchronized void during(String fault) {
    lastFaults.addLast(fault);
    if (lastFaults.size() > FAULTS_SHOWN) {
      lastFaults.removeFirst();
    }
  }

  /** A promise was broken. */
  synchronized void found(ViolationKind kind, String what) {
    if (counts.merge(kind, 1, Integer::sum) <= TOLD) {
      String text =
          String.format(
              Locale.ROOT,
              "VIOLATION, %s: %s; at %.1f s, last faults: %s",
              kind.text(),
              what,
              (System.nanoTime() - startNanos) / 1e9,
              String.join(", ", lastFaults));
      told.add(text);
      messages.accept(text);
    }
  }

  synchronized Map<ViolationKind, Integer> counts() {
    Map<ViolationKind, Integer> all = new EnumMap<>(ViolationKind.class);
    for (ViolationKind kind : ViolationKind.values()) {
      all.put(kind, counts.getOrDefault(kind, 0));
    }
    return all;
  }

  synchronized List<String> told() {
    return List.copyOf(told);
  }
}
