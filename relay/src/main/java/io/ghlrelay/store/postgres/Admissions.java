package io.ghlrelay.store.postgres;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * Writes the admissions of a batch in one statement: keys that nobody has yet, and for those the
 * events and their deliveries. Which of many equal admissions is stored, on whatever relay, is
 * decided by the unique key.
 */
final class Admissions {
  private static final String GIVEN =
      "WITH given AS (SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS"
          + " g(id, lookup, app, body_hash, received_at, webhook_id, type, location_id,"
          + " company_id, app_id, timestamp, verified, sibling, headers, body, unrouted, n)),";

  /** Not as NOT EXISTS, which a plan may make a join with all keys of. */
  private static final String UNKNOWN =
      " WHERE (SELECT k.event_id FROM duplicate_key k WHERE k.lookup = g.lookup AND k.app = g.app"
          + " AND k.body = g.body_hash LIMIT 1) IS NULL";

  /** In one order everywhere, so that batches wait for each other, but never in a ring. */
  private static final String IN_ORDER =
      " ORDER BY g.lookup, g.app, g.body_hash, g.n ON CONFLICT DO NOTHING RETURNING event_id)";

  private static final String FRESH =
      " fresh AS (INSERT INTO duplicate_key (bucket, lookup, app, body, event_id)"
          + " SELECT ?, g.lookup, g.app, g.body_hash, g.id FROM given g"
          + UNKNOWN
          + IN_ORDER;

  /**
   * The key goes into two buckets, see {@link Partitions#buckets}. Whoever finds it free in the
   * first, but taken in the second, fails with a unique violation, and finds it when tried again.
   */
  private static final String FRESH_IN_TWO =
      " first AS (INSERT INTO duplicate_key (bucket, lookup, app, body, event_id)"
          + " SELECT ?, g.lookup, g.app, g.body_hash, g.id FROM given g"
          + UNKNOWN
          + IN_ORDER
          + ", fresh AS (INSERT INTO duplicate_key (bucket, lookup, app, body, event_id)"
          + " SELECT ?, g.lookup, g.app, g.body_hash, g.id FROM given g JOIN first f"
          + " ON f.event_id = g.id ORDER BY g.lookup, g.app, g.body_hash RETURNING event_id)";

  private static final String REST =
      ", deliveries AS (INSERT INTO pending (event_id, target, route, series, attempts,"
          + " due_offset, due, updated_at, received_at, owner)"
          + " SELECT d.id, d.target, d.route, 1, 0, 0, g.received_at, g.received_at,"
          + " g.received_at, d.owner FROM unnest(?, ?, ?, ?) AS d(id, target, route, owner)"
          + " JOIN fresh f ON f.event_id = d.id JOIN given g ON g.id = d.id),"
          + " unrouted AS (INSERT INTO unrouted SELECT g.id FROM given g JOIN fresh f"
          + " ON f.event_id = g.id WHERE g.unrouted)"
          + " INSERT INTO event (id, received_at, webhook_id, type, location_id, company_id,"
          + " app_id, timestamp, verified, conflict, headers, body)"
          + " SELECT g.id, g.received_at, g.webhook_id, g.type, g.location_id, g.company_id,"
          + " g.app_id, g.timestamp, g.verified, g.sibling OR EXISTS (SELECT FROM duplicate_key k"
          + " WHERE k.lookup = g.lookup AND k.app = g.app AND k.body <> g.body_hash),"
          + " g.headers, g.body FROM given g JOIN fresh f ON f.event_id = g.id"
          + " RETURNING id, conflict";

  private static final String ONE_BUCKET = GIVEN + FRESH + REST;
  private static final String TWO_BUCKETS = GIVEN + FRESH_IN_TWO + REST;

  private static final String KNOWN =
      "SELECT g.n, (SELECT k.event_id FROM duplicate_key k WHERE k.lookup = g.lookup"
          + " AND k.app = g.app AND k.body = g.body ORDER BY k.event_id LIMIT 1) AS event_id"
          + " FROM unnest(?, ?, ?, ?) AS g(lookup, app, body, n)";

  private Admissions() {}

  /**
   * Writes admissions; commit is the caller's.
   *
   * @param buckets where their duplicate keys go, one or two
   * @param owner whose a target's new deliveries are
   * @return what became of each, in their order; true once committed
   */
  static List<Admitted> write(
      Connection connection,
      List<Change.Admit> admits,
      List<Long> buckets,
      ToLongFunction<String> owner)
      throws SQLException {
    Map<UUID, Boolean> stored = insert(connection, admits, buckets, owner);
    Map<Integer, EventId> duplicates = duplicates(connection, admits, stored);
    List<Admitted> results = new ArrayList<>();
    for (int n = 0; n < admits.size(); n++) {
      Admission admission = admits.get(n).admission();
      Boolean conflict = stored.get(Rows.uuid(admission.event().id()));
      if (conflict == null) {
        results.add(
            new Admitted.Duplicate(
                Objects.requireNonNull(duplicates.get(n), "neither new nor old")));
      } else {
        results.add(admission.stored(conflict));
        if (admission.learnt() != null) {
          SmallTables.learn(connection, admission.learnt());
        }
      }
    }
    return results;
  }

  private static Map<UUID, Boolean> insert(
      Connection connection,
      List<Change.Admit> admits,
      List<Long> buckets,
      ToLongFunction<String> owner)
      throws SQLException {
    Columns events =
        new Columns(
            "uuid", "bytea", "bytea", "bytea", "int8", "text", "text", "text", "text", "text",
            "text", "int4", "bool", "text", "bytea", "bool", "int4");
    Columns deliveries = new Columns("uuid", "text", "text", "int8");
    boolean forOthers = false;
    Map<ByteBuffer, byte[]> bodies = new HashMap<>();
    for (int n = 0; n < admits.size(); n++) {
      Admission admission = admits.get(n).admission();
      DuplicateKey key = admits.get(n).key();
      Event event = admission.event();
      var envelope = event.envelope();
      byte[] earlier = bodies.putIfAbsent(ids(key), key.body());
      boolean sibling = earlier != null && !Arrays.equals(earlier, key.body());
      UUID id = Rows.uuid(event.id());
      events.row(
          id,
          key.lookup(),
          key.app(),
          key.body(),
          Rows.micros(event.receivedAt()),
          Text.clean(envelope.webhookId()),
          Text.clean(envelope.type()),
          Text.clean(envelope.locationId()),
          Text.clean(envelope.companyId()),
          Text.clean(envelope.appId()),
          Text.clean(envelope.timestamp()),
          event.verified().ordinal(),
          sibling,
          Text.clean(Rows.headers(event.headers())),
          admission.body(),
          admission.targets().isEmpty(),
          n);
      for (RoutedTarget target : admission.targets()) {
        long whose = owner.applyAsLong(target.target());
        deliveries.row(id, target.target(), target.route(), whose);
        forOthers |= whose == Heartbeat.NOBODY;
      }
    }
    Map<UUID, Boolean> stored = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(buckets.size() == 1 ? ONE_BUCKET : TWO_BUCKETS)) {
      int next = events.bind(connection, statement, 1);
      for (long bucket : buckets) {
        statement.setLong(next++, bucket);
      }
      deliveries.bind(connection, statement, next);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          stored.put(rows.getObject(1, UUID.class), rows.getBoolean(2));
        }
      }
    }
    if (forOthers) {
      Heartbeat.hint(connection);
    }
    return stored;
  }

  /** Webhook id and app, as one key. */
  private static ByteBuffer ids(DuplicateKey key) {
    return ByteBuffer.allocate(key.lookup().length + key.app().length)
        .put(key.lookup())
        .put(key.app())
        .flip();
  }

  /** The first ids of those that were not stored; a statement of its own sees every commit. */
  private static Map<Integer, EventId> duplicates(
      Connection connection, List<Change.Admit> admits, Map<UUID, Boolean> stored)
      throws SQLException {
    Columns missing = new Columns("bytea", "bytea", "bytea", "int4");
    for (int n = 0; n < admits.size(); n++) {
      if (!stored.containsKey(Rows.uuid(admits.get(n).admission().event().id()))) {
        DuplicateKey key = admits.get(n).key();
        missing.row(key.lookup(), key.app(), key.body(), n);
      }
    }
    Map<Integer, EventId> first = new HashMap<>();
    if (!missing.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(KNOWN)) {
        missing.bind(connection, statement, 1);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            first.put(rows.getInt(1), Rows.id(rows, "event_id"));
          }
        }
      }
    }
    return first;
  }
}
