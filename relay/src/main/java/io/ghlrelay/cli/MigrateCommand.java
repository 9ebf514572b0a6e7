package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.RelayConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code migrate}: moves one store into another. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay migrate -c relay.yaml --from rocksdb --to postgres", ""},
    description = "Move everything that one store holds into another, and compare them.",
    footer = {
      "",
      "Both stores stand in the configuration below 'store:', with 'engine:' naming the one in use;",
      "change it when the move is done. No relay may run on either meanwhile: stop it, the platform",
      "retries what it cannot post. The store to move to must be empty; the other is left as it is.",
      "Exit code 1: they differ afterwards, and which events do is said."
    })
public final class MigrateCommand implements Callable<Integer> {
  /** Migrates a store into another. */
  public interface Migrator {
    /**
     * Migrates, and tells how it went.
     *
     * @param from the name of the store that holds the events, as given
     * @param to the name of the other
     * @param status told of the progress
     * @return the exit code
     */
    int migrate(
        RelayConfig config,
        String from,
        String to,
        Consumer<String> status,
        PrintWriter out,
        PrintWriter err);
  }

  private final Migrator migrator;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration with both stores.")
  private Path config = Path.of("relay.yaml");

  @Option(
      names = "--from",
      required = true,
      paramLabel = "STORE",
      description = "The store that holds the events: rocksdb or postgres.")
  private String from = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "STORE",
      description = "The empty store: postgres or rocksdb.")
  private String to = "";

  /** A command that migrates so. */
  public MigrateCommand(Migrator migrator) {
    this.migrator = migrator;
  }

  @Override
  public Integer call() throws ConfigException {
    RelayConfig loaded = new ConfigLoader(System.getenv(), Map.of()).load(config);
    PrintWriter out = spec.commandLine().getOut();
    Terminal terminal = Terminal.of(out);
    try {
      return migrator.migrate(loaded, from, to, terminal::status, out, spec.commandLine().getErr());
    } finally {
      terminal.clearStatus();
    }
  }
}
