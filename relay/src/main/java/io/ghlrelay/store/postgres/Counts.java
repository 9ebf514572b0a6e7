package io.ghlrelay.store.postgres;

import io.ghlrelay.store.StoreStats.TargetStats;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts of the whole cluster, asked of the database; seldom, where counting takes it long. A
 * database that is away leaves the last counts standing. Thread-safe.
 */
final class Counts {
  private static final String PENDING =
      "SELECT target, count(*), min(received_at) FROM pending GROUP BY target";

  private static final String DEAD =
      "SELECT target, count(*) FROM settled WHERE dead_reason IS NOT NULL GROUP BY target";

  /** Counting takes at most one part in so many of the time. */
  static final int SELDOM = 20;

  private static final Logger log = LoggerFactory.getLogger(Counts.class);

  private final Database database;
  private final int seldom;
  private Counted last = new Counted(Map.of(), 0);
  private long notBefore = System.nanoTime();

  /** Counts that are renewed so seldom; 0 = each time they are asked for. */
  Counts(Database database, int seldom) {
    this.database = database;
    this.seldom = seldom;
  }

  /** What was counted. */
  record Counted(Map<String, TargetStats> targets, long unrouted) {}

  synchronized Counted now() {
    long begun = System.nanoTime();
    if (begun - notBefore < 0) {
      return last;
    }
    try {
      last = database.with(Counts::count);
    } catch (SQLException e) {
      log.debug("The last counts stand.", e); // that it is away, whoever writes says
    }
    long cost = System.nanoTime() - begun;
    notBefore = begun + cost * seldom;
    return last;
  }

  private static Counted count(Connection connection) throws SQLException {
    Map<String, TargetStats> targets = new HashMap<>();
    Sql.list(
        connection,
        PENDING,
        row ->
            targets.put(
                row.getString(1),
                new TargetStats(
                    row.getLong(2),
                    0,
                    Rows.instant(row.getLong(3)).truncatedTo(ChronoUnit.MINUTES))));
    Sql.list(
        connection,
        DEAD,
        row -> {
          long dead = row.getLong(2);
          return targets.merge(
              row.getString(1),
              new TargetStats(0, dead, null),
              (pending, none) -> new TargetStats(pending.pending(), dead, pending.oldestPending()));
        });
    long unrouted =
        Sql.list(connection, "SELECT count(*) FROM unrouted", row -> row.getLong(1)).get(0);
    return new Counted(targets, unrouted);
  }
}
