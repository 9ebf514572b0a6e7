package io.ghlrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  /** Several at once, so that none of them has written before. */
  private static final int CONNECTIONS = 6;

  /** Reads on so many connections at once, and commits on none of them. */
  private static int read(Database database, int connections) throws SQLException {
    return connections == 0
        ? 0
        : database.with(connection -> count(connection) + 1 + read(database, connections - 1));
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM pending")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void everyConnectionKeepsTheSchemaWhenWhatItDidFirstIsRolledBack() throws SQLException {
    TestDatabase server = TestDatabase.shared();
    server.clear();
    try (Database database =
        Database.open("jdbc:" + server.url(), server.user(), server.password())) {
      assertThat(read(database, CONNECTIONS)).isEqualTo(CONNECTIONS);
      assertThat(read(database, CONNECTIONS)).isEqualTo(CONNECTIONS);
    }
  }
}
