package io.ghlrelay.store.postgres;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Delivery;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Makes deliveries pending again. */
final class Replays {
  private static final String EVENT = "SELECT received_at FROM event WHERE id = ?";

  private static final String IS_PENDING =
      "SELECT FROM pending WHERE event_id = ? AND target = ? FOR UPDATE";

  /** Takes the settled row away: of two relays that replay the same delivery one finds it. */
  private static final String UNSETTLE =
      "DELETE FROM settled WHERE event_id = ? AND target = ? RETURNING " + Rows.SETTLED;

  private static final String PEND =
      "INSERT INTO pending (event_id, target, route, series, attempts, due_offset, due, updated_at,"
          + " received_at, owner) VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

  private static final String ROUTED = "DELETE FROM unrouted WHERE event_id = ?";

  private Replays() {}

  /** Writes one replay; commit is the caller's. */
  static List<Delivery> write(
      Connection connection, Change.Replay replay, ToLongFunction<String> owner)
      throws SQLException {
    UUID id = Rows.uuid(replay.id());
    Long receivedAt = receivedAt(connection, id);
    List<Delivery> replayed = new ArrayList<>();
    if (receivedAt == null) {
      return replayed;
    }
    for (RoutedTarget target : replay.targets()) {
      if (isPending(connection, id, target.target())) {
        continue;
      }
      Delivery known = unsettle(connection, id, target.target());
      Delivery again =
          known == null
              ? Delivery.first(replay.id(), target.target(), target.route(), replay.due())
              : known.again(replay.due());
      long whose = owner.applyAsLong(target.target());
      if (pend(connection, again, receivedAt, whose)) {
        replayed.add(again);
        if (whose == Heartbeat.NOBODY) {
          Heartbeat.hint(connection);
        }
      }
    }
    if (!replayed.isEmpty()) {
      Sql.update(connection, ROUTED, id);
    }
    return replayed;
  }

  private static @Nullable Long receivedAt(Connection connection, UUID id) throws SQLException {
    return first(Sql.list(connection, EVENT, row -> row.getLong(1), id));
  }

  private static boolean isPending(Connection connection, UUID id, String target)
      throws SQLException {
    return !Sql.list(connection, IS_PENDING, row -> true, id, target).isEmpty();
  }

  private static @Nullable Delivery unsettle(Connection connection, UUID id, String target)
      throws SQLException {
    return first(Sql.list(connection, UNSETTLE, Rows::settled, id, target));
  }

  private static <T> @Nullable T first(List<T> found) {
    return found.isEmpty() ? null : found.get(0);
  }

  private static boolean pend(Connection connection, Delivery delivery, long receivedAt, long owner)
      throws SQLException {
    Instant due = Objects.requireNonNull(delivery.due());
    return Sql.update(
            connection,
            PEND,
            Rows.uuid(delivery.eventId()),
            delivery.target(),
            delivery.route(),
            delivery.series(),
            Rows.micros(due),
            Rows.micros(delivery.updatedAt()),
            receivedAt,
            owner)
        == 1;
  }
}
