package io.ghlrelay.admin;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events by name and hour, over the last day: shows who has gone silent. Bounded: names beyond a
 * limit are counted together. Thread-safe.
 */
final class HourlyCounts {
  /** Hours kept, the one that runs included. */
  static final int HOURS = 24;

  private final int maxNames;
  private final Map<@Nullable String, Row> rows = new HashMap<>();
  private long beyond;

  HourlyCounts(int maxNames) {
    this.maxNames = maxNames;
  }

  /**
   * One name's counts. A copy.
   *
   * @param name the name; null = events that had none
   * @param total since the start of the relay
   * @param lastAt when the last event came
   * @param hours the last {@link #HOURS} hours, oldest first
   */
  record Item(@Nullable String name, long total, Instant lastAt, long[] hours) {}

  private static final class Row {
    private final long[] counts = new long[HOURS];
    private long hour;
    private long total;
    private Instant lastAt = Instant.EPOCH;

    void advance(long now) {
      for (long next = Math.max(hour + 1, now - HOURS + 1); next <= now; next++) {
        counts[(int) (next % HOURS)] = 0;
      }
      hour = Math.max(hour, now);
    }
  }

  /**
   * Counts one event.
   *
   * @param hour hours since 1970
   */
  synchronized void count(@Nullable String name, long hour, Instant at) {
    Row row = rows.get(name);
    if (row == null) {
      if (rows.size() >= maxNames) {
        beyond++;
        return;
      }
      row = new Row();
      rows.put(name, row);
    }
    row.advance(hour);
    row.counts[(int) (hour % HOURS)]++;
    row.total++;
    row.lastAt = at;
  }

  /** The most frequent names, most frequent first. */
  synchronized List<Item> most(int limit, long hour) {
    return rows.entrySet().stream()
        .sorted(Comparator.comparingLong(row -> -row.getValue().total))
        .limit(limit)
        .map(row -> item(row.getKey(), row.getValue(), hour))
        .toList();
  }

  private static Item item(@Nullable String name, Row row, long hour) {
    row.advance(hour);
    long[] hours = new long[HOURS];
    Arrays.setAll(hours, i -> row.counts[(int) ((hour - HOURS + 1 + i) % HOURS)]);
    return new Item(name, row.total, row.lastAt, hours);
  }

  /** Names counted. */
  synchronized int names() {
    return rows.size();
  }

  /** Events whose names came beyond the limit. */
  synchronized long beyond() {
    return beyond;
  }
}
