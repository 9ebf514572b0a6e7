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

  /** Housekeeping and a few readers. */
  private static final int READERS = 6;

  /** The writer and the heartbeat; no reader can keep them waiting. */
  private static final int WRITERS = 2;

  private static final long CONNECT_MILLIS = 5_000;
  private static final int READ_SECONDS = 30;

  /**
   * What the writer or the heartbeat was not answered within this has failed: the platform wants to
   * know where it stands, and it is half a lease.
   */
  private static final int WRITE_SECONDS = 5;

  /**
   * A transaction whose relay is silent is rolled back by the server: a relay that is cut off must
   * not hold locks that the others wait for.
   */
  private static final int SILENT_SECONDS = 5;

  private final HikariDataSource readers;
  private final HikariDataSource writers;

  private Database(HikariDataSource readers, HikariDataSource writers) {
    this.readers = readers;
    this.writers = writers;
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
    HikariDataSource readers = null;
    try {
      readers = pool("relay-store", READERS, READ_SECONDS, url, user, password);
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(readers)
          .schemas(SCHEMA)
          .locations("classpath:io/ghlrelay/store/postgres/migration")
          .load()
          .migrate();
      HikariDataSource writers =
          pool("relay-store-write", WRITERS, WRITE_SECONDS, url, user, password);
      return new Database(readers, writers);
    } catch (PoolInitializationException | FlywayException e) {
      if (readers != null) {
        readers.close();
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

  private static HikariDataSource pool(
      String name, int size, int seconds, String url, String user, @Nullable String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName(name);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setAutoCommit(false);
    config.setIsolateInternalQueries(true); // else an idle connection has a transaction open
    Properties driver = new Properties();
    driver.setProperty("ApplicationName", "ghl-relay");
    driver.setProperty("currentSchema", SCHEMA);
    driver.setProperty("connectTimeout", Long.toString(CONNECT_MILLIS / 1_000));
    driver.setProperty("socketTimeout", Integer.toString(seconds + 1));
    driver.setProperty("tcpKeepAlive", "true");
    // The tables grow and shrink faster than their statistics follow: a plan that was right for an
    // empty one would read all of a full one. Every statement here has an index that serves it.
    driver.setProperty(
        "options",
        ("-c statement_timeout=%ds -c idle_in_transaction_session_timeout=%ds"
                + " -c enable_seqscan=off -c jit=off")
            .formatted(seconds, SILENT_SECONDS));
    config.setDataSourceProperties(driver);
    return new HikariDataSource(config);
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
    return with(readers, work);
  }

  /** The same on a connection of the writer's or the heartbeat's own, which fails sooner. */
  <T> T write(Work<T> work) throws SQLException {
    return with(writers, work);
  }

  private static <T> T with(HikariDataSource pool, Work<T> work) throws SQLException {
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
    writers.close();
    readers.close();
  }
}
