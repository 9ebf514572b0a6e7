package io.ghlrelay.store.postgres;

import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.EventStoreContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.DriverManager;
import java.sql.SQLException;

class PostgresEventStoreTest extends EventStoreContract {
  private static final String URL =
      System.getProperty("relay.postgres.url", "jdbc:postgresql://127.0.0.1:54321/postgres");

  @Override
  protected EventStore open() {
    try (var connection = DriverManager.getConnection(URL, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS " + Database.SCHEMA + " CASCADE");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return PostgresEventStore.open(
        URL, "postgres", null, "test", "1", RETENTION, new SimpleMeterRegistry());
  }
}
