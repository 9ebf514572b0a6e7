package io.ghlrelay.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.ghlrelay.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Connections to the database, and its schema. Thread-safe. */
final class Database implements AutoCloseable {
  /** Everything stands in a schema of its own. */
  static final String SCHEMA = "ghl_relay";

  /** The writer, housekeeping, and a few readers. */
  private static final int CONNECTIONS = 8;

  private static final long CONNECT_MILLIS = 5_000;
  private static final int STATEMENT_SECONDS = 30;

  private final HikariDataSource pool;

  private Database(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Reads or writes. */
  interface Work<T> {
    /** Does it; the connection is not in auto-commit mode, and is the caller's to commit. */
    T with(Connection connection) throws SQLException;
  }

  /**
   * Connects, and brings the schema up to date.
   *
   * @throws StoreUnavailableException in words for the operator
   */
  static Database open(String url, String user, @Nullable String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName("relay-store");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setAutoCommit(false);
    Properties driver = new Properties();
    driver.setProperty("ApplicationName", "ghl-relay");
    driver.setProperty("currentSchema", SCHEMA); // of the session: no rollback takes it back
    driver.setProperty("connectTimeout", "5");
    driver.setProperty("socketTimeout", Integer.toString(STATEMENT_SECONDS + 5));
    driver.setProperty("tcpKeepAlive", "true");
    // The tables grow and shrink faster than their statistics follow: a plan that was right for an
    // empty one would read all of a full one. Every statement here has an index that serves it.
    driver.setProperty(
        "options",
        "-c statement_timeout=" + STATEMENT_SECONDS + "s -c enable_seqscan=off -c jit=off");
    config.setDataSourceProperties(driver);
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config);
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(pool)
          .schemas(SCHEMA)
          .locations("classpath:io/ghlrelay/store/postgres/migration")
          .load()
          .migrate();
      return new Database(pool);
    } catch (PoolInitializationException | FlywayException e) {
      if (pool != null) {
        pool.close();
      }
      throw new StoreUnavailableException(
          "store.postgres: "
              + url
              + " cannot be used: "
              + rootMessage(e)
              + ". Is it running, and may "
              + user
              + " use it?",
          e);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /** Does work on a connection; what it has not committed is rolled back. */
  <T> T with(Work<T> work) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return work.with(connection);
    }
  }

  /**
   * Reads.
   *
   * @throws StoreUnavailableException if the database cannot
   */
  <T> T read(Work<T> work) {
    try {
      return with(work);
    } catch (SQLException e) {
      throw new StoreUnavailableException("the database cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
