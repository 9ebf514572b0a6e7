package io.ghlrelay.store.postgres;

import io.ghlrelay.store.Admission.LearntCompany;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Paused targets and learnt companies: read whole by every relay. Commit is the caller's. */
final class SmallTables {
  private SmallTables() {}

  /** The names of the paused targets. */
  static Set<String> paused(Connection connection) throws SQLException {
    return new HashSet<>(
        Sql.list(connection, "SELECT target FROM paused_target", row -> row.getString(1)));
  }

  /** Pauses or resumes a target, and has the other relays look. */
  static void pause(Connection connection, String target, boolean paused) throws SQLException {
    Sql.update(
        connection,
        paused
            ? "INSERT INTO paused_target (target) VALUES (?) ON CONFLICT DO NOTHING"
            : "DELETE FROM paused_target WHERE target = ?",
        target);
    Heartbeat.hint(connection);
  }

  /** Location id to company id. */
  static Map<String, String> companies(Connection connection) throws SQLException {
    Map<String, String> companies = new HashMap<>();
    Sql.list(
        connection,
        "SELECT location_id, company_id FROM learnt_company",
        row -> companies.put(row.getString(1), row.getString(2)));
    return companies;
  }

  /** Learns a location's company. */
  static void learn(Connection connection, LearntCompany learnt) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO learnt_company (location_id, company_id) VALUES (?, ?)"
            + " ON CONFLICT (location_id) DO UPDATE SET company_id = excluded.company_id",
        Text.clean(learnt.locationId()),
        Text.clean(learnt.companyId()));
  }

  /** Forgets a location's company; whether it was known. */
  static boolean forget(Connection connection, String locationId) throws SQLException {
    return Sql.update(
            connection, "DELETE FROM learnt_company WHERE location_id = ?", Text.clean(locationId))
        > 0;
  }
}
