package io.ghlrelay;

import io.ghlrelay.cli.ExitCodes;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.StoreConfig;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Migration;
import io.ghlrelay.store.SharedStore.RelayInfo;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.time.SteadyClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@code migrate} does. */
final class StoreMigration {
  private StoreMigration() {}

  /** See {@link io.ghlrelay.cli.MigrateCommand.Migrator#migrate}. */
  static int migrate(
      RelayConfig config,
      String from,
      String to,
      Consumer<String> status,
      PrintWriter out,
      PrintWriter err) {
    StoreConfig stores = config.store();
    StoreConfig.Engine source = stores.engines().get(from);
    StoreConfig.Engine empty = stores.engines().get(to);
    if (source == null || empty == null || from.equals(to)) {
      err.println(
          "error: --from and --to name two stores of the configuration, which has: "
              + String.join(", ", stores.engines().keySet().stream().sorted().toList()));
      return ExitCodes.USAGE;
    }
    try (EventStore here = open(source, stores);
        EventStore there = open(empty, stores)) {
      String busy = busy(here);
      busy = busy == null ? busy(there) : busy;
      if (busy != null) {
        err.println("error: relay " + busy + " runs on the database; stop it first");
        return ExitCodes.UNAVAILABLE;
      }
      return told(
          new Migration(here, there, n -> status.accept(text(n))).run(), from, to, out, err);
    } catch (StoreUnavailableException e) {
      err.println("error: " + e.getMessage());
      return ExitCodes.UNAVAILABLE;
    }
  }

  private static EventStore open(StoreConfig.Engine engine, StoreConfig stores) {
    return Stores.open(engine, stores.retention(), new SteadyClock(), new SimpleMeterRegistry());
  }

  private static String text(long done) {
    return done > 0 ? done + " events moved" : -done + " compared";
  }

  private static @Nullable String busy(EventStore store) {
    return store.relays().stream()
        .filter(relay -> relay.alive() && !relay.self())
        .map(RelayInfo::name)
        .findFirst()
        .orElse(null);
  }

  private static int told(
      Migration.Result result, String from, String to, PrintWriter out, PrintWriter err) {
    out.println(
        "%d events with %d deliveries (%d pending) and %d attempts moved from %s to %s."
            .formatted(
                result.events(),
                result.deliveries(),
                result.pending(),
                result.attempts(),
                from,
                to));
    if (!result.different().isEmpty()) {
      err.println("error: these events differ, see 'relay show': " + result.different());
      return ExitCodes.CHECK_FAILED;
    }
    out.println("Both hold the same. Now set store.engine to " + to + ".");
    return ExitCodes.OK;
  }
}
