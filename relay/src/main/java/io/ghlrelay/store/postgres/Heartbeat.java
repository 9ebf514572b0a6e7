package io.ghlrelay.store.postgres;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.SharedStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread ({@code relay-store-heartbeat}) that renews this relay's lease, takes over what others
 * have left, and notices what others have changed. Notifications only wake it earlier: what has
 * changed is always read from the tables. Thread-safe.
 */
final class Heartbeat implements AutoCloseable {
  /** The channel of the hints; see {@link #hint}. */
  private static final String CHANNEL = "ghl_relay";

  private static final String HINT = "NOTIFY " + CHANNEL;

  /** The owner of what waits for the holder of an ordered target. */
  static final long NOBODY = 0;

  private static final long BEAT_MILLIS = 500;
  private static final long AGAIN_MILLIS = 500;

  /** How often what others have learnt of companies is read. */
  private static final long COMPANIES = TimeUnit.SECONDS.toNanos(10);

  /** This relay counts its lease as over so much before the database does. */
  private static final long MARGIN = TimeUnit.SECONDS.toNanos(1);

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final Database database;
  private final String name;
  private final String version;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile long epoch;
  private volatile long validUntil;
  private volatile SharedStore.Watcher watcher = SharedStore.Watcher.NOBODY;
  private volatile Supplier<SharedStore.Member> self = () -> SharedStore.Member.NOTHING;
  private volatile Set<String> held = Set.of();
  private volatile boolean changed;
  private Set<String> pausedSeen = Set.of();
  private Map<String, String> companiesSeen = Map.of();
  private long companiesAt = System.nanoTime() - COMPANIES;
  private boolean failing;

  /** Enters the cluster and begins to beat. */
  Heartbeat(Database database, String name, String version) throws SQLException {
    this.database = database;
    this.name = name;
    this.version = version;
    database.with(this::enter);
    this.thread = new Thread(this::run, "relay-store-heartbeat");
    thread.setDaemon(true);
    thread.start();
  }

  private long enter(Connection connection) throws SQLException {
    long asked = System.nanoTime();
    epoch = Membership.enter(connection, name, version);
    Membership.supersede(connection, name, epoch);
    renewed(asked);
    return epoch;
  }

  private void enterAgain(Connection connection) throws SQLException {
    long asked = System.nanoTime();
    epoch = Membership.enter(connection, name, version);
    renewed(asked);
    changed = true;
    if (Membership.isNamedTwice(connection, name, epoch)) {
      log.error(
          "Another relay runs as {} on the same database: give each its own store.postgres.name.",
          name);
    } else {
      log.warn("Others have taken this relay's deliveries over, since it was silent; it goes on.");
    }
    connection.commit();
  }

  private void renewed(long asked) {
    if (!holds()) {
      changed = true; // nothing was started of what was due meanwhile
    }
    validUntil = asked + Membership.LEASE.toNanos() - MARGIN;
  }

  /** What this relay writes belongs to this epoch; any thread. */
  long epoch() {
    return epoch;
  }

  /** Whether the lease holds, by this relay's own monotonic clock; any thread. */
  boolean holds() {
    return System.nanoTime() - validUntil < 0;
  }

  /** Has the others look when the transaction commits. */
  static void hint(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(HINT);
    }
  }

  /** Begins to tell; what others have left is taken over before this returns. */
  void watch(SharedStore.Watcher who, Supplier<SharedStore.Member> asked) throws SQLException {
    self = asked;
    database.with(
        connection -> {
          hold(connection, asked.get());
          return true;
        });
    watcher = who;
    changed = true; // whatever was taken over before somebody listened
  }

  /**
   * Whether this relay attempts what it admits for a target: it holds the target, or nobody need
   * hold it. Any thread.
   */
  boolean attempts(String target) {
    return held.contains(target) || !self.get().ordered().contains(target);
  }

  /** Whose a new pending delivery for a target is; {@link #NOBODY} = the holder's. Any thread. */
  long ownerFor(String target) {
    return attempts(target) ? epoch : NOBODY;
  }

  private void hold(Connection connection, SharedStore.Member me) throws SQLException {
    Set<String> before = held;
    held = me.ordered().isEmpty() ? Set.of() : Membership.hold(connection, epoch, me.ordered());
    connection.commit();
    if (!before.containsAll(held)) {
      changed = true;
    }
  }

  /** What stands in the database may not be what was answered: the queues are to be read anew. */
  void uncertain() {
    changed = true;
  }

  private void run() {
    while (closed.getCount() > 0) {
      try {
        database.write(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute("LISTEN " + CHANNEL);
              }
              connection.commit();
              while (closed.getCount() > 0) {
                beat(connection);
                connection.unwrap(PGConnection.class).getNotifications((int) BEAT_MILLIS);
              }
              return true;
            });
      } catch (SQLException | RuntimeException e) {
        if (!failing && closed.getCount() > 0) {
          failing = true; // said once
          log.warn("The lease on the store cannot be renewed ({}); trying.", e.toString());
        }
        pause();
      }
    }
  }

  private void pause() {
    try {
      closed.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat(Connection connection) throws SQLException {
    long asked = System.nanoTime();
    SharedStore.Member me = self.get();
    if (Membership.renew(connection, epoch, me.config())) {
      renewed(asked);
    } else {
      held = Set.of();
      enterAgain(connection);
    }
    if (failing) {
      failing = false;
      log.info("The lease on the store is renewed again.");
    }
    takeOver(connection, me);
    if (changed) {
      changed = false;
      watcher.queuesChanged();
    }
    adopt(connection);
    tellPauses(connection);
    if (asked - companiesAt >= COMPANIES) {
      companiesAt = asked;
      tellCompanies(connection);
    }
  }

  private void takeOver(Connection connection, SharedStore.Member me) throws SQLException {
    Membership.fence(connection, epoch);
    hold(connection, me);
    Set<String> mine = new HashSet<>(me.targets());
    mine.removeIf(target -> me.ordered().contains(target) && !held.contains(target));
    int taken;
    int all = 0;
    do {
      taken = Membership.takeOver(connection, epoch, mine);
      all += taken;
    } while (taken == Membership.BATCH && closed.getCount() > 0);
    if (all > 0) {
      changed = true;
      log.info("Took over {} pending deliveries of relays that are gone.", all);
    }
  }

  /** What others have admitted for the targets that this relay holds. */
  private void adopt(Connection connection) throws SQLException {
    List<Delivery> adopted;
    do {
      adopted = held.isEmpty() ? List.of() : Membership.adopt(connection, epoch, held);
      if (!adopted.isEmpty()) {
        watcher.arrived(adopted);
      }
    } while (adopted.size() == Membership.BATCH && closed.getCount() > 0);
  }

  private void tellPauses(Connection connection) throws SQLException {
    Set<String> paused = SmallTables.paused(connection);
    connection.commit();
    if (!paused.equals(pausedSeen)) {
      pausedSeen = paused;
      watcher.pausesChanged(paused);
    }
  }

  private void tellCompanies(Connection connection) throws SQLException {
    Map<String, String> companies = SmallTables.companies(connection);
    connection.commit();
    if (!companies.equals(companiesSeen)) {
      companiesSeen = companies;
      watcher.companiesChanged(companies);
    }
  }

  private void wake() {
    try {
      database.with(
          connection -> {
            hint(connection);
            connection.commit();
            return true;
          });
    } catch (SQLException e) {
      log.debug("It wakes by itself.", e);
    }
  }

  /** Ends the thread, then leaves the cluster. */
  @Override
  public void close() {
    closed.countDown();
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      database.with(
          connection -> {
            Membership.leave(connection, epoch);
            return true;
          });
    } catch (SQLException e) {
      log.warn("The others were not told of the stop ({}); the lease runs out.", e.getMessage());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
