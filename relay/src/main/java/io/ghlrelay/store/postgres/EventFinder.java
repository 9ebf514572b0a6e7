package io.ghlrelay.store.postgres;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventFilter;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Lists events, newest first. Thread-safe. */
final class EventFinder {
  /** Events that one page examines at most; a caller goes on with its cursor. */
  static final int MAX_EXAMINED = 10_000;

  /** Rows fetched at once: a page is usually full long before all are examined. */
  private static final int FETCH = 500;

  private final Database database;

  EventFinder(Database database) {
    this.database = database;
  }

  EventPage find(EventQuery query) {
    return database.read(connection -> page(connection, query));
  }

  private static EventPage page(Connection connection, EventQuery query) throws SQLException {
    List<Object> parameters = new ArrayList<>();
    String sql = candidates(query, parameters);
    EventFilter filter = new EventFilter(query);
    List<EventPage.Item> items = new ArrayList<>();
    int examined = 0;
    EventId last = null;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(FETCH);
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      List<Event> chunk = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        boolean more = true;
        while (more) {
          chunk.clear();
          while (chunk.size() < FETCH && (more = rows.next())) {
            chunk.add(Rows.event(rows));
          }
          Map<EventId, List<Delivery>> deliveries =
              deliveries(connection, chunk.stream().map(Event::id).toList());
          for (Event event : chunk) {
            examined++;
            last = event.id();
            List<Delivery> own = deliveries.getOrDefault(event.id(), List.of());
            if (filter.fits(event) && filter.fits(own)) {
              items.add(new EventPage.Item(event, own));
            }
            if (items.size() == query.limit()) {
              return new EventPage(items, last);
            }
          }
        }
      }
    }
    return new EventPage(items, examined == MAX_EXAMINED ? last : null);
  }

  /** The events that a page examines, newest first, by the index that fits the filters best. */
  private static String candidates(EventQuery query, List<Object> parameters) {
    StringBuilder where = new StringBuilder(" WHERE true");
    if (query.webhookId() != null) {
      where.append(" AND id IN (SELECT event_id FROM duplicate_key WHERE lookup = ?)");
      parameters.add(DuplicateKey.ofWebhookId(query.webhookId()));
    } else if (query.unrouted()) {
      where.append(" AND id IN (SELECT event_id FROM unrouted)");
    } else if (query.state() == DeliveryState.DEAD) {
      where.append(" AND id IN (SELECT event_id FROM settled WHERE dead_reason IS NOT NULL");
      if (query.target() != null) {
        where.append(" AND target = ?");
        parameters.add(query.target());
      }
      where.append(")");
    }
    if (query.cursor() != null) {
      where.append(" AND id < ?");
      parameters.add(Rows.uuid(query.cursor()));
    }
    if (query.from() != null) {
      where.append(" AND id >= ?"); // ids follow the time of receipt closely
      parameters.add(Rows.uuid(EventId.lowest(query.from().minusSeconds(1))));
    }
    if (query.to() != null) {
      where.append(" AND id < ?");
      parameters.add(Rows.uuid(EventId.lowest(query.to().plusSeconds(1))));
    }
    return "SELECT "
        + Rows.EVENT
        + " FROM event"
        + where
        + " ORDER BY id DESC LIMIT "
        + MAX_EXAMINED;
  }

  private static Map<EventId, List<Delivery>> deliveries(
      Connection connection, Collection<EventId> ids) throws SQLException {
    Map<EventId, List<Delivery>> found = new HashMap<>();
    if (ids.isEmpty()) {
      return found;
    }
    var array = connection.createArrayOf("uuid", ids.stream().map(Rows::uuid).toArray(UUID[]::new));
    List<Delivery> all =
        new ArrayList<>(
            Sql.list(
                connection,
                "SELECT " + Rows.PENDING + " FROM pending WHERE event_id = ANY(?)",
                Rows::pending,
                array));
    all.addAll(
        Sql.list(
            connection,
            "SELECT " + Rows.SETTLED + " FROM settled WHERE event_id = ANY(?)",
            Rows::settled,
            array));
    all.sort(Comparator.comparing(Delivery::target));
    all.forEach(d -> found.computeIfAbsent(d.eventId(), id -> new ArrayList<>()).add(d));
    return found;
  }

  /** An event's deliveries as they stand now, by the names of their targets. */
  static List<Delivery> deliveries(Connection connection, EventId id) throws SQLException {
    return deliveries(connection, List.of(id)).getOrDefault(id, List.of());
  }

  /** Events with a webhook id, oldest first. */
  static List<EventId> byWebhookId(Connection connection, String webhookId) throws SQLException {
    return Sql.list(
        connection,
        "SELECT DISTINCT event_id FROM duplicate_key k WHERE lookup = ?"
            + " AND EXISTS (SELECT FROM event WHERE id = k.event_id) ORDER BY event_id",
        row -> Rows.id(row, "event_id"),
        (Object) DuplicateKey.ofWebhookId(webhookId));
  }
}
