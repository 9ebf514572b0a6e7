package io.ghlrelay.store.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL for tests, by {@code configs/cluster/database}: started once a JVM, stopped with it.
 * Where none is installed the tests are skipped and say so; with {@code RELAY_POSTGRES_REQUIRED=1}
 * they fail.
 */
public final class TestDatabase {
  private static final Path SCRIPT = Path.of("..", "configs", "cluster", "database");
  private static final int NOT_INSTALLED = 69;
  private static @Nullable TestDatabase shared;
  private static boolean missing;

  private final Path folder;
  private final int port;
  private final String password;

  private TestDatabase(Path folder, int port) throws IOException {
    this.folder = folder;
    this.port = port;
    this.password = Files.readString(folder.resolve("password")).strip();
  }

  /** The one of this JVM; skips the test where there can be none. */
  public static synchronized TestDatabase shared() {
    if (shared == null && !missing) {
      try {
        shared = start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    if (missing && "1".equals(System.getenv("RELAY_POSTGRES_REQUIRED"))) {
      throw new IllegalStateException("PostgreSQL is required, but not installed");
    }
    TestDatabase started = shared;
    assumeTrue(started != null, "PostgreSQL is not installed (Debian: apt-get install postgresql)");
    return Objects.requireNonNull(started);
  }

  private static @Nullable TestDatabase start() throws IOException {
    Path folder = Files.createTempDirectory("relay-postgres");
    // The server, which may run as another user, has to reach its folder.
    folder.toFile().setExecutable(true, false);
    folder.toFile().setReadable(true, false);
    int port = freePort();
    // Tests kill relays and servers, but not the machine: nothing need reach the disk.
    int code = run("start", folder.toString(), Integer.toString(port), "fsync=off");
    if (code == NOT_INSTALLED) {
      missing = true;
      return null;
    }
    if (code != 0) {
      throw new IOException("the database does not start: exit code " + code);
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    run("stop", folder.toString(), "immediate");
                    delete(folder);
                  } catch (IOException e) {
                    System.err.println("The test database was not stopped: " + e);
                  }
                }));
    return new TestDatabase(folder, port);
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static int run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      if (!process.waitFor(3, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(command + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Stops it as a crash would, and starts it again. */
  public void crash() throws IOException {
    run("stop", folder.toString(), "immediate");
    start(port);
  }

  private void start(int at) throws IOException {
    int code = run("start", folder.toString(), Integer.toString(at), "fsync=off");
    if (code != 0) {
      throw new IOException("the database does not start again: exit code " + code);
    }
  }

  /** For {@code store.postgres.url}. */
  public String url() {
    return "postgresql://127.0.0.1:" + port + "/relay";
  }

  /** Where it listens on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** The user. */
  public String user() {
    return "relay";
  }

  /** Its password. */
  public String password() {
    return password;
  }

  /** The file that holds the password. */
  public Path passwordFile() {
    return folder.resolve("password");
  }

  /** A connection to look on by. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:" + url(), user(), password);
  }

  /** Empties it: the next relay makes the schema anew. */
  public void clear() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS " + Database.SCHEMA + " CASCADE");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
