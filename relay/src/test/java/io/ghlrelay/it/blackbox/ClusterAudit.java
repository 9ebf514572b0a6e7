package io.ghlrelay.it.blackbox;

import io.ghlrelay.store.DeliveryState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What stands in the tables at the end. Immutable.
 *
 * @param events rows, and how many webhook ids are in them
 * @param webhookIds all of them
 * @param pending deliveries not settled
 * @param delivered deliveries settled as delivered
 * @param settled deliveries settled
 * @param attempts recorded
 * @param retries of those, the second and later ones of a delivery
 * @param early those that started before they were due
 * @param firstLate how late first attempts started, from the moment of admission, sorted
 * @param retryLate how late retries started, from when they were due, sorted
 */
record ClusterAudit(
    long events,
    Set<String> webhookIds,
    long pending,
    long delivered,
    long settled,
    long attempts,
    long retries,
    long early,
    List<Duration> firstLate,
    List<Duration> retryLate) {
  private static final int DELIVERED = DeliveryState.DELIVERED.ordinal();

  /** A time in which nobody could have made an attempt. */
  record Outage(Instant from, Instant to) {}

  static long pending(Connection connection) throws SQLException {
    return number(connection, "SELECT count(*) FROM ghl_relay.pending");
  }

  static ClusterAudit of(Connection connection, List<Outage> outages) throws SQLException {
    Set<String> ids = new HashSet<>();
    List<Duration> first = new ArrayList<>();
    List<Duration> retry = new ArrayList<>();
    long early = 0;
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT webhook_id FROM ghl_relay.event");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT number, due_at, started_at FROM ghl_relay.attempt");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        Instant due = instant(rows.getLong(2));
        Instant started = instant(rows.getLong(3));
        early += started.isBefore(due) ? 1 : 0;
        (rows.getInt(1) == 1 ? first : retry).add(late(due, started, outages));
      }
    }
    first.sort(null);
    retry.sort(null);
    return new ClusterAudit(
        number(connection, "SELECT count(*) FROM ghl_relay.event"),
        ids,
        pending(connection),
        number(connection, "SELECT count(*) FROM ghl_relay.settled WHERE state = " + DELIVERED),
        number(connection, "SELECT count(*) FROM ghl_relay.settled"),
        first.size() + retry.size(),
        retry.size(),
        early,
        List.copyOf(first),
        List.copyOf(retry));
  }

  /** From due to started, without the outages between. */
  private static Duration late(Instant due, Instant started, List<Outage> outages) {
    Duration late = Duration.between(due, started);
    for (Outage outage : outages) {
      Instant from = outage.from().isAfter(due) ? outage.from() : due;
      Instant to = outage.to().isBefore(started) ? outage.to() : started;
      if (from.isBefore(to)) {
        late = late.minus(Duration.between(from, to));
      }
    }
    return late;
  }

  static String spread(List<Duration> sorted) {
    if (sorted.isEmpty()) {
      return "none";
    }
    return "p50 %.3f s, p99 %.3f s, p99.9 %.3f s, longest %.3f s"
        .formatted(at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999), at(sorted, 1));
  }

  private static double at(List<Duration> sorted, double share) {
    return sorted.get((int) Math.ceil(share * (sorted.size() - 1))).toNanos() / 1e9;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plusNanos(Math.multiplyExact(micros, 1_000));
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
