package io.ghlrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghlrelay.TestEvents;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.StoreUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay that is cut off from the database in the middle of something. */
@Timeout(120)
@Tag("once")
class SilentRelayTest {
  private static final String INSERT = "INSERT INTO paused_target (target) VALUES ('one')";

  /** Well below the time-out of a connection, 5 s. */
  private static final Duration SOON = Duration.ofSeconds(3);

  private FaultProxy cable;
  private Database cutOff;
  private Database other;

  @BeforeEach
  void open() throws IOException {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    cable = new FaultProxy(database.port());
    other = Database.open("jdbc:" + database.url(), database.user(), database.password());
    cutOff =
        Database.open(
            "jdbc:postgresql://127.0.0.1:" + cable.port() + "/relay",
            database.user(),
            database.password());
  }

  @AfterEach
  void close() throws IOException {
    if (cable != null) {
      cable.close();
      cutOff.close();
      other.close();
    }
  }

  private static boolean insert(Database database) throws SQLException {
    return database.write(
        connection -> {
          try (var statement = connection.createStatement()) {
            statement.executeUpdate(INSERT);
          }
          connection.commit();
          return true;
        });
  }

  /** The other waits for the key, but not until the network is mended: that may be never. */
  @Test
  void holdsNoLockThatOthersWaitForAndLearnsOfItsFailure() throws SQLException {
    assertThatThrownBy(
            () ->
                cutOff.write(
                    connection -> {
                      try (var statement = connection.createStatement()) {
                        statement.executeUpdate(INSERT);
                      }
                      cable.cut();
                      assertThat(insertInTime()).isTrue();
                      connection.commit();
                      return true;
                    }))
        .isInstanceOf(SQLException.class);

    Set<String> held = other.with(SmallTables::paused);
    assertThat(held).containsExactly("one");
  }

  /** A try ends by the limit of a statement; the silent one is gone by then, or by the next. */
  private boolean insertInTime() throws SQLException {
    try {
      return insert(other);
    } catch (SQLException e) {
      return insert(other);
    }
  }

  /** What waits behind a batch that has failed does not wait for a look at the database too. */
  @Test
  void answersWhoeverWaitsAsSoonAsItKnows() throws SQLException {
    TestDatabase database = TestDatabase.shared();
    TestEvents events = new TestEvents(Clock.systemUTC());
    PostgresEventStore store =
        PostgresEventStore.open(
            "jdbc:postgresql://127.0.0.1:" + cable.port() + "/relay",
            database.user(),
            database.password(),
            "one",
            "1",
            Duration.ofDays(7),
            new SimpleMeterRegistry());
    try {
      store.admit(events.admission("before", "{}", "crm")).toCompletableFuture().join();
      cable.cut();
      List<CompletableFuture<Instant>> refused =
          IntStream.range(0, 20)
              .mapToObj(i -> refusedAt(store, events.admission("w" + i, "{}" + i, "crm")))
              .toList();
      Instant first = refused.get(0).join();
      assertThat(refused)
          .allSatisfy(at -> assertThat(Duration.between(first, at.join())).isLessThan(SOON));
    } finally {
      cable.heal();
      store.close();
    }
  }

  private static CompletableFuture<Instant> refusedAt(
      PostgresEventStore store, Admission admission) {
    return store
        .admit(admission)
        .handle(
            (admitted, refusal) -> {
              assertThat(refusal).isInstanceOf(StoreUnavailableException.class);
              return Instant.now();
            })
        .toCompletableFuture();
  }

  /** What an idle relay keeps ready must not be taken for a silent transaction. */
  @Test
  void hasNoTransactionOpenWhenItDoesNothing() throws SQLException {
    insert(other);
    cutOff.with(connection -> Sql.list(connection, "SELECT 1", row -> 1));

    List<String> open =
        other.with(
            connection ->
                Sql.list(
                    connection,
                    "SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'",
                    row -> row.getString(1)));
    assertThat(open).isEmpty();
  }
}
