package io.ghlrelay.store.postgres;

import io.ghlrelay.store.EventId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * Removes events on request. Their duplicate keys stay, see {@link io.ghlrelay.store.EventStore}.
 */
final class Removals {
  /** Deliveries first: whoever finds none of an event's has nothing left to record. */
  private static final List<String> OF_EVENTS =
      List.of(
          "DELETE FROM pending WHERE event_id = ANY(?)",
          "DELETE FROM settled WHERE event_id = ANY(?)",
          "DELETE FROM attempt WHERE event_id = ANY(?)",
          "DELETE FROM unrouted WHERE event_id = ANY(?)",
          "DELETE FROM event WHERE id = ANY(?)");

  /** What {@link #erase} goes over. */
  private static final String TABLES = "pending, settled, attempt, unrouted, event, learnt_company";

  private Removals() {}

  /** Removes events with all that hangs on them; how many were held. Commit is the caller's. */
  static int remove(Connection connection, List<EventId> ids) throws SQLException {
    Array uuids =
        connection.createArrayOf("uuid", ids.stream().map(Rows::uuid).toArray(UUID[]::new));
    int events = 0;
    for (String sql : OF_EVENTS) {
      events = Sql.update(connection, sql, uuids);
    }
    return events;
  }

  /** Gives the room of what was removed back to the tables, however long that takes. */
  static void erase(Connection connection) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, 0);
    connection.setAutoCommit(true); // VACUUM runs in no transaction; the pool sets it back
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = 0");
      try {
        statement.execute("VACUUM " + TABLES);
      } finally {
        statement.execute("RESET statement_timeout");
      }
    }
  }
}
