package io.ghlrelay.store.postgres;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.SharedStore.RelayInfo;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Which relay holds which pending deliveries. A relay's start is an epoch, with a lease that it
 * renews; when the lease has run out by the database's clock, any other relay fences the epoch and
 * takes its deliveries over, in batches. Not thread-safe.
 */
final class Membership {
  /**
   * How long a relay may be silent before others take its deliveries over. They look twice a
   * second, and need some time to read what they took: within ten seconds what a dead relay held
   * goes on, which is what users are told.
   */
  static final Duration LEASE = Duration.ofSeconds(7);

  /** Deliveries taken over in one statement. */
  static final int BATCH = 1000;

  private static final String ENTER =
      "INSERT INTO relay (name, version, lease_until) VALUES (?, ?, now() + ? * interval '1 second')"
          + " RETURNING epoch";

  /** An earlier start of the same relay is over, whatever its lease says. */
  private static final String SUPERSEDE =
      "UPDATE relay SET fenced = true WHERE name = ? AND epoch < ? AND NOT fenced";

  private static final String RENEW =
      "UPDATE relay SET lease_until = now() + ? * interval '1 second', config = ?"
          + " WHERE epoch = ? AND NOT fenced";

  private static final String FENCE =
      "UPDATE relay SET fenced = true WHERE epoch IN (SELECT epoch FROM relay WHERE NOT fenced"
          + " AND lease_until < now() AND epoch <> ? FOR UPDATE SKIP LOCKED)";

  /** Each owner of a target once, by leaps over the index; of those, who hold no lease. */
  private static final String TAKE_OVER =
      "WITH RECURSIVE owners AS (SELECT t.target, (SELECT min(p.owner) FROM pending p"
          + " WHERE p.target = t.target AND p.due >= 0) AS owner FROM unnest(?) AS t(target)"
          + " UNION ALL SELECT o.target, (SELECT min(p.owner) FROM pending p"
          + " WHERE p.target = o.target AND p.owner > o.owner AND p.due >= 0) FROM owners o"
          + " WHERE o.owner IS NOT NULL),"
          + " gone AS (SELECT target, owner FROM owners WHERE owner > 0 AND NOT EXISTS"
          + " (SELECT FROM relay r WHERE r.epoch = owners.owner AND NOT r.fenced)),"
          + " batch AS (SELECT q.event_id, q.target FROM gone g CROSS JOIN LATERAL"
          + " (SELECT p.event_id, p.target FROM pending p WHERE p.target = g.target"
          + " AND p.owner = g.owner AND p.due >= 0 LIMIT "
          + BATCH
          + " FOR UPDATE SKIP LOCKED) q LIMIT "
          + BATCH
          + ") UPDATE pending p SET owner = ? FROM batch b WHERE p.event_id = b.event_id"
          + " AND p.target = b.target";

  /** One relay holds a target; another takes it when the holder's lease is over. */
  private static final String HOLD =
      "INSERT INTO ordered_target (target, holder) SELECT t, ? FROM unnest(?) AS t ORDER BY t"
          + " ON CONFLICT (target) DO UPDATE SET holder = excluded.holder WHERE NOT EXISTS"
          + " (SELECT FROM relay r WHERE r.epoch = ordered_target.holder AND NOT r.fenced)";

  private static final String HELD =
      "SELECT target FROM ordered_target WHERE holder = ? AND target = ANY(?)";

  private static final String ADOPT =
      "UPDATE pending SET owner = ? WHERE (event_id, target) IN (SELECT event_id, target"
          + " FROM pending WHERE owner = 0 AND target = ANY(?) AND due >= 0 ORDER BY event_id LIMIT "
          + BATCH
          + " FOR UPDATE SKIP LOCKED) RETURNING "
          + Rows.PENDING;

  /** The last start under each name. */
  private static final String RELAYS =
      "SELECT DISTINCT ON (name) name, version, epoch, NOT fenced AND lease_until > now() AS alive,"
          + " extract(epoch FROM started_at) * 1000000 AS started,"
          + " extract(epoch FROM lease_until) * 1000000 AS until, config,"
          + " coalesce(c.pending, 0) AS pending,"
          + " ARRAY(SELECT target FROM ordered_target o WHERE o.holder = r.epoch AND NOT r.fenced"
          + " ORDER BY target) AS ordered FROM relay r LEFT JOIN (SELECT owner, count(*) AS pending"
          + " FROM pending WHERE due >= 0 GROUP BY owner) c ON c.owner = r.epoch ORDER BY name, epoch DESC";

  /** Epochs long over, of which nothing is left. */
  private static final String FORGET =
      "DELETE FROM relay r WHERE fenced AND lease_until < now() - interval '1 day'"
          + " AND NOT EXISTS (SELECT FROM pending p WHERE p.owner = r.epoch)";

  private static final String LEAVE =
      "UPDATE relay SET fenced = true, lease_until = now() WHERE epoch = ?";

  private Membership() {}

  /** Enters, and commits. */
  static long enter(Connection connection, String name, String version) throws SQLException {
    long epoch =
        Sql.list(connection, ENTER, row -> row.getLong(1), name, version, LEASE.toSeconds()).get(0);
    connection.commit();
    return epoch;
  }

  /**
   * Fences earlier starts under the same name, which are over whatever their leases say, forgets
   * those long over, and commits. To be called when the process starts, and only then.
   */
  static void supersede(Connection connection, String name, long epoch) throws SQLException {
    Sql.update(connection, SUPERSEDE, name, epoch);
    Sql.update(connection, FORGET);
    connection.commit();
  }

  /** Whether another relay that is alive has this name. */
  static boolean isNamedTwice(Connection connection, String name, long epoch) throws SQLException {
    return Sql.list(
            connection,
            "SELECT 1 FROM relay WHERE name = ? AND epoch <> ? AND NOT fenced"
                + " AND lease_until > now()",
            row -> row.getInt(1),
            name,
            epoch)
        .contains(1);
  }

  /** Renews the lease, and commits; false = this epoch is over, enter anew. */
  static boolean renew(Connection connection, long epoch, String config) throws SQLException {
    boolean renewed = Sql.update(connection, RENEW, LEASE.toSeconds(), config, epoch) == 1;
    connection.commit();
    return renewed;
  }

  /** Fences the relays whose leases have run out. Commit is the caller's. */
  static void fence(Connection connection, long epoch) throws SQLException {
    Sql.update(connection, FENCE, epoch);
  }

  /**
   * Takes over what nobody holds any more, one batch, and commits.
   *
   * @param targets the targets that this relay knows
   * @return how many; {@link #BATCH} = there may be more
   */
  static int takeOver(Connection connection, long epoch, Collection<String> targets)
      throws SQLException {
    Array names = connection.createArrayOf("text", targets.toArray(String[]::new));
    int taken = Sql.update(connection, TAKE_OVER, names, epoch);
    connection.commit();
    return taken;
  }

  /**
   * Holds ordered targets that nobody else does; to be called after {@link #fence}, so that those
   * are known that are gone. Commit is the caller's.
   *
   * @return those that this relay holds
   */
  static Set<String> hold(Connection connection, long epoch, Collection<String> ordered)
      throws SQLException {
    Array targets = connection.createArrayOf("text", ordered.toArray(String[]::new));
    Sql.update(connection, HOLD, epoch, targets);
    return Set.copyOf(Sql.list(connection, HELD, row -> row.getString(1), epoch, targets));
  }

  /**
   * Takes what other relays have admitted for the targets that this one holds, one batch, and
   * commits.
   */
  static List<Delivery> adopt(Connection connection, long epoch, Collection<String> held)
      throws SQLException {
    List<Delivery> adopted =
        new ArrayList<>(
            Sql.list(
                connection,
                ADOPT,
                Rows::pending,
                epoch,
                connection.createArrayOf("text", held.toArray(String[]::new))));
    connection.commit();
    adopted.sort(Comparator.comparing(Delivery::eventId));
    return adopted;
  }

  /** Every relay that has been there within a day or still has something, by name. */
  static List<RelayInfo> relays(Connection connection, long self) throws SQLException {
    return Sql.list(
        connection,
        RELAYS,
        row ->
            new RelayInfo(
                row.getString("name"),
                row.getString("version"),
                row.getLong("epoch") == self,
                row.getBoolean("alive"),
                Rows.instant(row.getLong("started")),
                Rows.instant(row.getLong("until")),
                row.getString("config"),
                row.getLong("pending"),
                List.of((String[]) row.getArray("ordered").getArray())));
  }

  /** Leaves: others need not wait for the lease to run out. */
  static void leave(Connection connection, long epoch) throws SQLException {
    Sql.update(connection, LEAVE, epoch);
    Heartbeat.hint(connection);
    connection.commit();
  }
}
