package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.cli.ExitCodes;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.postgres.TestDatabase;
import io.ghlrelay.store.rocksdb.RocksDbEventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code migrate}, from the command line. */
class MigrateCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int migrate(String from, String to) {
    CommandLine line = Main.commandLine("migrate");
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(
        "migrate", "-c", folder.resolve("relay.yaml").toString(), "--from", from, "--to", to);
  }

  private void configure(String stores) throws IOException {
    Files.writeString(folder.resolve("relay.yaml"), "store:\n  engine: rocksdb\n" + stores);
  }

  private static EventStore rocksDb(Path path) {
    return RocksDbEventStore.open(
        path, Duration.ofDays(7), 0, Clock.systemUTC(), new SimpleMeterRegistry());
  }

  @Test
  void movesThereAndRefusesToMoveTwice() throws IOException {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    TestEvents events = new TestEvents(Clock.systemUTC());
    EventId id;
    try (EventStore store = rocksDb(folder.resolve("data"))) {
      id =
          ((Admitted.Stored)
                  store.admit(events.admission("w1", "{}", "crm")).toCompletableFuture().join())
              .event()
              .id();
    }
    configure(
        "  rocksdb: {path: data}\n  postgres: {url: \"%s\", user: %s, passwordFile: %s}\n"
            .formatted(database.url(), database.user(), database.passwordFile()));

    assertThat(migrate("rocksdb", "postgres")).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("1 events with 1 deliveries (1 pending) and 0 attempts")
        .contains("Both hold the same");
    assertThat(migrate("rocksdb", "postgres")).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(err.toString()).contains("not empty");

    try (EventStore source = rocksDb(folder.resolve("data"))) {
      assertThat(source.deliveries(id)).as("the source keeps what it had").hasSize(1);
      assertThat(migrate("rocksdb", "postgres")).as("in use").isEqualTo(ExitCodes.UNAVAILABLE);
    }
  }

  @Test
  void namesTheStoresThatThereAre() throws IOException {
    configure("  rocksdb: {path: data}\n");

    assertThat(migrate("rocksdb", "postgres")).isEqualTo(ExitCodes.USAGE);

    assertThat(err.toString()).contains("which has: rocksdb");
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
