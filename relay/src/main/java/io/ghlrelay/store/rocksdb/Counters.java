package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.EventId;
import io.ghlrelay.store.StoreStats.TargetStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many deliveries are pending and dead, by target, and in which minutes the pending ones'
 * events were admitted: kept as things change, so that nothing is counted by reading. Thread-safe
 * by its own lock.
 */
final class Counters {
  /** The grain of purging: a slice with a pending event stays whole. */
  static final Duration SLICE = Duration.ofMinutes(1);

  private final Map<Integer, OfTarget> targets = new HashMap<>();

  private static final class OfTarget {
    private long dead;
    private long pending;
    private final TreeMap<Long, Long> pendingBySlice = new TreeMap<>();
  }

  synchronized void pending(int target, EventId id, int change) {
    OfTarget of = of(target);
    of.pending += change;
    of.pendingBySlice.merge(
        slice(id.time()), (long) change, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
  }

  synchronized void dead(int target, long change) {
    of(target).dead += change;
  }

  private OfTarget of(int target) {
    return targets.computeIfAbsent(target, t -> new OfTarget());
  }

  synchronized Map<Integer, TargetStats> stats() {
    Map<Integer, TargetStats> stats = new HashMap<>();
    targets.forEach(
        (target, of) ->
            stats.put(
                target,
                new TargetStats(
                    of.pending,
                    of.dead,
                    of.pendingBySlice.isEmpty() ? null : start(of.pendingBySlice.firstKey()))));
    return stats;
  }

  /** Stretches of time before {@code before}, oldest first, in which no pending event came. */
  synchronized List<Range> settledBefore(Instant before) {
    TreeMap<Long, Boolean> occupied = new TreeMap<>();
    long end = slice(before);
    targets
        .values()
        .forEach(of -> of.pendingBySlice.headMap(end).keySet().forEach(s -> occupied.put(s, true)));
    List<Range> ranges = new ArrayList<>();
    long from = 0;
    for (long slice : occupied.keySet()) {
      if (slice > from) {
        ranges.add(new Range(start(from), start(slice)));
      }
      from = slice + 1;
    }
    if (end > from) {
      ranges.add(new Range(start(from), start(end)));
    }
    return ranges;
  }

  /**
   * A stretch of time.
   *
   * @param from inclusive
   * @param to exclusive
   */
  record Range(Instant from, Instant to) {}

  private static long slice(Instant at) {
    return at.toEpochMilli() / SLICE.toMillis();
  }

  private static Instant start(long slice) {
    return Instant.ofEpochMilli(slice * SLICE.toMillis());
  }
}
