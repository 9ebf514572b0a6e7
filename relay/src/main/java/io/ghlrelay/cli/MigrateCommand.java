package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.StoreConfig;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Migration;
import io.ghlrelay.store.SharedStore.RelayInfo;
import io.ghlrelay.store.StoreUnavailableException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
  /** Opens a store by its configuration. */
  public interface Opener {
    /** Opens it, or throws {@link StoreUnavailableException}. */
    EventStore open(StoreConfig.Engine engine, Duration retention);
  }

  private final Opener opener;

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

  /** A command that opens stores so. */
  public MigrateCommand(Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    RelayConfig loaded;
    try {
      loaded = new ConfigLoader(System.getenv(), Map.of()).load(config);
    } catch (ConfigException e) {
      e.problems().forEach(problem -> err.println("error: " + problem));
      return ExitCodes.CONFIG;
    }
    StoreConfig.Engine source = loaded.store().engines().get(from);
    StoreConfig.Engine empty = loaded.store().engines().get(to);
    if (source == null || empty == null || from.equals(to)) {
      err.println(
          "error: --from and --to name two stores of "
              + config
              + ", which has: "
              + String.join(", ", loaded.store().engines().keySet().stream().sorted().toList()));
      return ExitCodes.USAGE;
    }
    try (EventStore here = opener.open(source, loaded.store().retention());
        EventStore there = opener.open(empty, loaded.store().retention())) {
      String busy = busy(here);
      busy = busy == null ? busy(there) : busy;
      if (busy != null) {
        err.println("error: relay " + busy + " runs on the database; stop it first");
        return ExitCodes.UNAVAILABLE;
      }
      return move(here, there);
    } catch (StoreUnavailableException e) {
      err.println("error: " + e.getMessage());
      return ExitCodes.UNAVAILABLE;
    }
  }

  private static @Nullable String busy(EventStore store) {
    return store.relays().stream()
        .filter(relay -> relay.alive() && !relay.self())
        .map(RelayInfo::name)
        .findFirst()
        .orElse(null);
  }

  private int move(EventStore here, EventStore there) {
    PrintWriter out = spec.commandLine().getOut();
    Terminal terminal = Terminal.of(out);
    Migration.Result result =
        new Migration(
                here,
                there,
                done ->
                    terminal.status(
                        done > 0
                            ? "%d events moved".formatted(done)
                            : "%d compared".formatted(-done)))
            .run();
    terminal.clearStatus();
    out.println(
        "%d events with %d deliveries (%d pending) and %d attempts moved from %s to %s."
            .formatted(
                result.events(),
                result.deliveries(),
                result.pending(),
                result.attempts(),
                from,
                to));
    List<?> different = result.different();
    if (!different.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("error: these events differ, see 'relay show': " + different);
      return ExitCodes.CHECK_FAILED;
    }
    out.println("Both hold the same. Now set store.engine to " + to + ".");
    return ExitCodes.OK;
  }
}
