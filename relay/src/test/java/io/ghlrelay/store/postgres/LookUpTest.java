package io.ghlrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.store.Admitted;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one event costs must not grow with the table, from the first event on. */
@Timeout(120)
class LookUpTest {
  private static final int EVENTS = 300;

  private static long sum(Connection connection, String column, String tables) throws SQLException {
    return Sql.list(
            connection,
            "SELECT coalesce(sum("
                + column
                + "), 0) FROM pg_stat_user_tables WHERE schemaname = 'ghl_relay' AND relname ~ ?",
            row -> row.getLong(1),
            tables)
        .get(0);
  }

  private static PostgresEventStore store(TestDatabase database) {
    return PostgresEventStore.open(
        "jdbc:" + database.url(),
        database.user(),
        database.password(),
        "test",
        "1",
        Duration.ofDays(7),
        new SimpleMeterRegistry());
  }

  @Test
  void aDuplicateIsLookedUpByIndexEvenWhereTheTableWasEmptyWhenThePlanWasMade()
      throws SQLException {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    TestEvents events = new TestEvents(new ManualClock());
    try (var store = store(database);
        Connection connection = database.connect()) {
      for (int n = 0; n < EVENTS; n++) {
        store
            .admit(events.admission("w" + n, "{\"n\":" + n + "}", "crm"))
            .toCompletableFuture()
            .join();
      }
      await() // the server counts with a delay
          .atMost(Duration.ofSeconds(60))
          .until(() -> sum(connection, "n_tup_ins", "^duplicate_key_") == EVENTS);

      assertThat(sum(connection, "seq_tup_read", "^duplicate_key_")).isZero();
    }
  }

  /** The queue's index would serve too, and reads all that is pending for the target. */
  @Test
  void anOutcomeFindsItsDeliveryByThePrimaryKeyAlone() throws SQLException {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    TestEvents events = new TestEvents(new ManualClock());
    try (var store = store(database);
        Connection connection = database.connect()) {
      for (int n = 0; n < EVENTS; n++) {
        var admitted =
            (Admitted.Stored)
                store
                    .admit(events.admission("w" + n, "{\"n\":" + n + "}", "crm", "erp"))
                    .toCompletableFuture()
                    .join();
        assertThat(ManyRelaysTest.delivered(store, admitted.deliveries().get(0))).isTrue();
      }
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> sum(connection, "n_tup_del", "^pending$") == EVENTS);

      assertThat(
              Sql.list(
                  connection,
                  "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'pending_due'",
                  row -> row.getLong(1)))
          .containsExactly(0L);
    }
  }
}
