package io.ghlrelay.store.postgres;

import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.EventId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the outcomes of a batch in one statement. Each is fenced: it counts only if the delivery
 * still is this relay's and stands where the attempt found it, so a relay that was given up for
 * dead overwrites nothing.
 */
final class Outcomes {
  private static final int PENDING = 0;

  private static final String WRITE =
      "WITH given AS (SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
          + " ?, ?) AS g(event_id, target, series, before_attempts, state, attempts,"
          + " first_failure_end, jitter, due_offset, due, dead_reason, updated_at, due_at,"
          + " started_at, latency, status, retry_after, error, response_start, deferral)),"
          // By a look-up for each, and never by a join: a plan may make one with all that is
          // pending.
          + " found AS MATERIALIZED (SELECT g.*, (SELECT q.ctid FROM pending q"
          + " WHERE q.event_id = g.event_id AND q.target = g.target AND q.owner = ?"
          + " AND q.series = g.series AND q.attempts = g.before_attempts) AS place FROM given g),"
          + " gone AS (DELETE FROM pending p USING found g WHERE p.ctid = g.place"
          + " AND p.owner = ? AND g.state <> 0 RETURNING p.event_id, p.target, p.route),"
          + " kept AS (UPDATE pending p SET attempts = g.attempts,"
          + " first_failure_end = g.first_failure_end, jitter = g.jitter,"
          + " due_offset = g.due_offset, due = g.due, updated_at = g.updated_at FROM found g"
          + " WHERE p.ctid = g.place AND p.owner = ? AND g.state = 0"
          + " RETURNING p.event_id, p.target),"
          + " taken AS (SELECT event_id, target FROM gone UNION ALL SELECT * FROM kept),"
          + " ended AS (INSERT INTO settled (event_id, target, route, state, series, attempts,"
          + " first_failure_end, jitter, due_offset, dead_reason, updated_at)"
          + " SELECT g.event_id, g.target, gone.route, g.state, g.series, g.attempts,"
          + " g.first_failure_end, g.jitter, g.due_offset, g.dead_reason, g.updated_at"
          + " FROM given g JOIN gone USING (event_id, target)),"
          + " made AS (INSERT INTO attempt (event_id, target, series, number, due_at, started_at,"
          + " latency, status, retry_after, error, response_start, deferral)"
          + " SELECT g.event_id, g.target, g.series, g.attempts, g.due_at, g.started_at,"
          + " g.latency, g.status, g.retry_after, g.error, g.response_start, g.deferral"
          + " FROM given g JOIN taken USING (event_id, target))"
          + " SELECT event_id, target FROM taken";

  private Outcomes() {}

  /** A delivery's name. */
  record Key(EventId eventId, String target) {}

  /** Writes outcomes, and says which were taken; commit is the caller's. */
  static Set<Key> write(Connection connection, List<Change.Attempted> records, long owner)
      throws SQLException {
    Columns columns =
        new Columns(
            "uuid", "text", "int4", "int4", "int4", "int4", "int8", "int8", "int8", "int8", "int4",
            "int8", "int8", "int8", "int8", "int4", "int8", "int4", "bytea", "text");
    for (Change.Attempted change : records) {
      add(columns, change.before(), change.after(), change.attempt());
    }
    Set<Key> taken = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      int next = columns.bind(connection, statement, 1);
      for (int i = 0; i < 3; i++) {
        statement.setLong(next++, owner);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taken.add(new Key(Rows.id(rows, "event_id"), rows.getString("target")));
        }
      }
    }
    return taken;
  }

  private static void add(Columns columns, Delivery before, Delivery after, Attempt attempt) {
    RetryProgress progress = after.progress();
    Outcome outcome = attempt.outcome();
    Outcome.Answered answered = outcome instanceof Outcome.Answered one ? one : null;
    Outcome.Failed failed = outcome instanceof Outcome.Failed one ? one : null;
    columns.row(
        Rows.uuid(after.eventId()),
        after.target(),
        after.series(),
        before.progress().attempts(),
        after.state().ordinal(),
        progress.attempts(),
        Rows.microsOrNull(progress.firstFailureEnd()),
        Rows.microsOrNull(progress.jitter()),
        Rows.micros(progress.dueOffset()),
        Rows.microsOrNull(after.due()),
        after.deadReason() == null ? null : after.deadReason().ordinal(),
        Rows.micros(after.updatedAt()),
        Rows.micros(attempt.dueAt()),
        Rows.micros(attempt.startedAt()),
        Rows.micros(attempt.latency()),
        answered == null ? null : answered.status(),
        answered == null ? null : Rows.microsOrNull(answered.retryAfter()),
        failed == null ? null : failed.error().ordinal(),
        attempt.responseStart(),
        attempt.deferral());
  }

  static {
    if (io.ghlrelay.store.DeliveryState.PENDING.ordinal() != PENDING) {
      throw new ExceptionInInitializerError("the statement counts on PENDING being 0");
    }
  }
}
