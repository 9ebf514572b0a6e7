package io.ghlrelay.store.postgres;

import io.ghlrelay.store.EventId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of time: made ahead, dropped whole when they have left the retention. Their names
 * say their ranges, so that relays with other settings, earlier or beside this one, are understood.
 * Used by the writer thread, and by one thread that purges.
 */
final class Partitions {
  /** How far ahead there must be partitions. */
  private static final Duration AHEAD = Duration.ofHours(12);

  /**
   * Relays' clocks may differ by this without a duplicate being missed while one bucket follows
   * another: for as long, keys go into both.
   */
  static final Duration OVERLAP = Duration.ofMinutes(1);

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Pattern RANGE = Pattern.compile("event_(\\d+)_(\\d+)");
  private static final Pattern BUCKET = Pattern.compile("duplicate_key_(\\d+)_(\\d+)");

  /** Any number, the same for all: whoever makes or drops partitions takes turns by it. */
  private static final long LOCK = 0x67686c_72656c61L;

  private static final String PARTS =
      "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
          + " WHERE i.inhparent IN ('event'::regclass, 'duplicate_key'::regclass)";

  private static final List<String> TABLES = List.of("event", "settled", "attempt");

  private final long width;
  private final long bucketWidth;

  /** From (inclusive) to (exclusive), in seconds since 1970; replaced whole. */
  private volatile NavigableMap<Long, Long> ranges = new TreeMap<>();

  private volatile NavigableMap<Long, Long> buckets = new TreeMap<>();

  /** Partitions that suit a retention. */
  Partitions(Duration retention) {
    this.width = (retention.compareTo(DAY.multipliedBy(2)) < 0 ? HOUR : DAY).toSeconds();
    long hours = Math.max(1, -Math.floorDiv(-retention.toHours(), 4));
    this.bucketWidth = Duration.ofHours(hours).toSeconds();
  }

  /** Learns which there are. */
  void load(Connection connection) throws SQLException {
    NavigableMap<Long, Long> foundRanges = new TreeMap<>();
    NavigableMap<Long, Long> foundBuckets = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(PARTS)) {
      while (rows.next()) {
        note(RANGE.matcher(rows.getString(1)), foundRanges);
        note(BUCKET.matcher(rows.getString(1)), foundBuckets);
      }
    }
    ranges = foundRanges;
    buckets = foundBuckets;
  }

  private static void note(Matcher name, NavigableMap<Long, Long> found) {
    if (name.matches()) {
      found.put(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }
  }

  /** Whether events of this time, and some time after it, have their partitions. */
  boolean ready(Instant at) {
    return covered(ranges, at.getEpochSecond())
        && covered(ranges, at.plus(AHEAD).getEpochSecond())
        && covered(buckets, at.getEpochSecond())
        && covered(buckets, at.plus(AHEAD).getEpochSecond())
        && covered(buckets, at.minus(OVERLAP).getEpochSecond());
  }

  private static boolean covered(NavigableMap<Long, Long> parts, long second) {
    var part = parts.floorEntry(second);
    return part != null && second < part.getValue();
  }

  /** Makes what {@link #ready} misses; a transaction of its own. */
  void make(Connection connection, Instant at) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      lock(statement);
      load(connection);
      for (long second = at.getEpochSecond();
          second <= at.plus(AHEAD).getEpochSecond();
          second += Math.min(width, AHEAD.toSeconds())) {
        makeRange(statement, second);
      }
      makeRange(statement, at.plus(AHEAD).getEpochSecond());
      for (Instant moment : List.of(at.minus(OVERLAP), at, at.plus(AHEAD))) {
        makeBucket(statement, moment.getEpochSecond());
      }
    }
    connection.commit();
    load(connection);
    connection.commit();
  }

  private static void lock(Statement statement) throws SQLException {
    statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
  }

  private void makeRange(Statement statement, long second) throws SQLException {
    long[] free = free(ranges, second, width);
    if (free == null) {
      return;
    }
    for (String table : TABLES) {
      statement.execute(
          "CREATE TABLE %s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')"
              .formatted(name(table, free), table, lowest(free[0]), lowest(free[1])));
    }
    ranges = with(ranges, free);
  }

  private void makeBucket(Statement statement, long second) throws SQLException {
    long[] free = free(buckets, second, bucketWidth);
    if (free != null) {
      statement.execute(
          "CREATE TABLE %s PARTITION OF duplicate_key FOR VALUES IN (%d)"
              .formatted(name("duplicate_key", free), free[0]));
      buckets = with(buckets, free);
    }
  }

  private static NavigableMap<Long, Long> with(NavigableMap<Long, Long> parts, long[] part) {
    NavigableMap<Long, Long> more = new TreeMap<>(parts);
    more.put(part[0], part[1]);
    return more;
  }

  /** The part that a second should lie in, cut where others begin and end; null if it has one. */
  private static long @Nullable [] free(NavigableMap<Long, Long> parts, long second, long width) {
    if (covered(parts, second)) {
      return null;
    }
    long from = Math.floorDiv(second, width) * width;
    long to = from + width;
    var before = parts.floorEntry(second);
    var after = parts.higherEntry(second);
    return new long[] {
      before == null ? from : Math.max(from, before.getValue()),
      after == null ? to : Math.min(to, after.getKey())
    };
  }

  private static String name(String table, long[] part) {
    return table + "_" + part[0] + "_" + part[1];
  }

  private static String lowest(long second) {
    return new UUID((second * 1000) << 16, 0).toString();
  }

  /**
   * The buckets that a duplicate key of this time goes into: its own, and for a while after one
   * begins the one before, first.
   */
  List<Long> buckets(Instant at) {
    long own = buckets.floorKey(at.getEpochSecond());
    long before = buckets.floorKey(at.minus(OVERLAP).getEpochSecond());
    return own == before ? List.of(own) : List.of(before, own);
  }

  /**
   * Drops what ended before an instant. Events with a pending delivery are moved to the partition
   * that takes what no other does.
   */
  void drop(Connection connection, Instant before) throws SQLException {
    load(connection);
    connection.commit();
    for (var range : new ArrayList<>(ranges.entrySet())) {
      if (range.getValue() <= before.getEpochSecond()) {
        dropRange(connection, new long[] {range.getKey(), range.getValue()});
      }
    }
    try (Statement statement = connection.createStatement()) {
      lock(statement);
      for (var bucket : new ArrayList<>(buckets.entrySet())) {
        if (bucket.getValue() <= before.getEpochSecond()) {
          String name = name("duplicate_key", new long[] {bucket.getKey(), bucket.getValue()});
          statement.execute("DROP TABLE IF EXISTS " + name);
        }
      }
      purgeKept(statement, before);
    }
    connection.commit();
    load(connection);
    connection.commit();
  }

  private static void dropRange(Connection connection, long[] range) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      lock(statement);
      String isPending =
          " IN (SELECT event_id FROM pending WHERE event_id >= '%s' AND event_id < '%s')"
              .formatted(lowest(range[0]), lowest(range[1]));
      for (String table : TABLES) {
        String part = name(table, range);
        String id = table.equals("event") ? "id" : "event_id";
        if (exists(statement, part)) {
          statement.execute("ALTER TABLE " + table + " DETACH PARTITION " + part);
          statement.execute(
              "INSERT INTO %s SELECT * FROM %s WHERE %s%s".formatted(table, part, id, isPending));
          statement.execute("DROP TABLE " + part);
        }
      }
    }
    connection.commit();
  }

  private static boolean exists(Statement statement, String table) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT to_regclass('" + table + "') IS NOT NULL")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static void purgeKept(Statement statement, Instant before) throws SQLException {
    EventId id = EventId.lowest(before);
    String older =
        "< '" + Rows.uuid(id) + "' AND NOT EXISTS (SELECT FROM pending p WHERE p.event_id = ";
    statement.execute("DELETE FROM event_kept e WHERE e.id " + older + "e.id)");
    for (String table : List.of("settled_kept", "attempt_kept", "unrouted")) {
      statement.execute("DELETE FROM " + table + " e WHERE e.event_id " + older + "e.event_id)");
    }
  }
}
