package io.ghlrelay;

import io.ghlrelay.cli.CheckCommand;
import io.ghlrelay.cli.CompletionCommand;
import io.ghlrelay.cli.EventsCommand;
import io.ghlrelay.cli.ExitCodes;
import io.ghlrelay.cli.ManCommand;
import io.ghlrelay.cli.MigrateCommand;
import io.ghlrelay.cli.PurgeCommand;
import io.ghlrelay.cli.ReadyzCommand;
import io.ghlrelay.cli.RelaysCommand;
import io.ghlrelay.cli.ReloadCommand;
import io.ghlrelay.cli.ReplayCommand;
import io.ghlrelay.cli.ScheduleCommand;
import io.ghlrelay.cli.ServeCommand;
import io.ghlrelay.cli.ShowCommand;
import io.ghlrelay.cli.StatusCommand;
import io.ghlrelay.cli.TargetsCommand;
import io.ghlrelay.cli.VerifyCommand;
import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line's root: a table of verbs. */
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Versions.class,
    header = {
      "Examples:",
      "  relay serve -c configs/quickstart.yaml",
      "  relay check -c configs/per-location.yaml",
      "  relay events --state dead",
      "  relay schedule --jitter 3s",
      ""
    },
    description = "GHL Relay: verifies, stores, routes and delivers HighLevel webhooks.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:ok",
      " 1:a check failed",
      " 2:usage",
      "65:bad input",
      "66:no such file",
      "69:no relay reached or not ready",
      "70:internal error",
      "74:I/O error",
      "77:not allowed",
      "78:bad configuration"
    })
public final class Main implements Runnable {
  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  /** The verbs by name, in the order of the help. */
  private static final Map<String, Supplier<Object>> VERBS = new LinkedHashMap<>();

  static {
    VERBS.put("serve", () -> new ServeCommand(Main::serve));
    VERBS.put("check", CheckCommand::new);
    VERBS.put("verify", VerifyCommand::new);
    VERBS.put("schedule", ScheduleCommand::new);
    VERBS.put("status", StatusCommand::new);
    VERBS.put("events", EventsCommand::new);
    VERBS.put("show", ShowCommand::new);
    VERBS.put("replay", ReplayCommand::new);
    VERBS.put("purge", PurgeCommand::new);
    VERBS.put("targets", TargetsCommand::new);
    VERBS.put("relays", RelaysCommand::new);
    VERBS.put("migrate", () -> new MigrateCommand(StoreMigration::migrate));
    VERBS.put("reload", ReloadCommand::new);
    VERBS.put("readyz", ReadyzCommand::new);
    VERBS.put("completion", CompletionCommand::new);
    VERBS.put("man", ManCommand::new);
  }

  /** Verbs that tell of all the others. */
  private static final Set<String> OF_ALL = Set.of("completion", "man");

  @Spec private CommandSpec spec;

  Main() {
    this.spec = CommandSpec.create();
  }

  /** Runs a verb and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine(arguments.length > 0 ? arguments[0] : "").execute(arguments));
  }

  /** The command line with as many verbs as the first argument needs. */
  static CommandLine commandLine(String verb) {
    boolean alone = VERBS.containsKey(verb) && !OF_ALL.contains(verb);
    return commandLine(alone ? Set.of(verb) : VERBS.keySet());
  }

  /** The whole command line, for tests. */
  static CommandLine commandLine() {
    return commandLine(VERBS.keySet());
  }

  /** Reading the options of all verbs takes a tenth of a second, which a start feels. */
  private static CommandLine commandLine(Set<String> verbs) {
    CommandLine line = new CommandLine(new Main());
    VERBS.forEach(
        (name, command) -> {
          if (verbs.contains(name)) {
            line.addSubcommand(name, command.get());
          }
        });
    // Picocli would take a verb's first example for its summary.
    line.getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> summaries(help.subcommands()));
    line.setExecutionExceptionHandler(
        (failure, command, result) -> {
          if (failure instanceof ConfigException invalid) {
            invalid.problems().forEach(one -> command.getErr().println("error: " + one));
            return ExitCodes.CONFIG;
          }
          command
              .getErr()
              .println(command.getColorScheme().errorText("error: " + failure.getMessage()));
          return failure instanceof IOException ? ExitCodes.IO : ExitCodes.INTERNAL;
        });
    return line;
  }

  private static String summaries(Map<String, CommandLine.Help> verbs) {
    StringBuilder list = new StringBuilder();
    verbs.forEach(
        (name, help) ->
            list.append(
                "  %-11s%s%n".formatted(name, help.commandSpec().usageMessage().description()[0])));
    return list.toString();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a verb; see --help.");
  }

  private static int serve(Path file, Map<String, String> settings) {
    // Netty follows a sample of its buffers to find leaks, which costs 1 % of the processors; the
    // tests run with it. Before any of its classes loads.
    if (System.getProperty(LEAK_DETECTION) == null) {
      System.setProperty(LEAK_DETECTION, "disabled");
    }
    // After the command line is read: logging starts with what that may have set.
    Logger log = LoggerFactory.getLogger(Main.class);
    ConfigLoader loader = new ConfigLoader(System.getenv(), settings);
    CountDownLatch stop = new CountDownLatch(1);
    AtomicReference<Relay> running = new AtomicReference<>();
    Systemd systemd = Systemd.of(System.getenv());
    // Before the start: who is told that the relay is ready may stop it the next moment.
    Signals.on("TERM", stop::countDown);
    Signals.on("INT", stop::countDown);
    Signals.on("HUP", () -> reload(running.get(), systemd, log));
    try (systemd;
        Relay relay = Relay.start(() -> loader.load(file))) {
      running.set(relay);
      systemd.ready("Ready: " + relay.addresses() + ".");
      systemd.watch(relay::pulse);
      stop.await();
      systemd.stopping();
      return ExitCodes.OK;
    } catch (ConfigException e) {
      e.problems().forEach(problem -> System.err.println(problem));
      return ExitCodes.CONFIG;
    } catch (StoreUnavailableException | IOException e) {
      System.err.println("error: " + e.getMessage());
      return ExitCodes.IO;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCodes.OK;
    }
  }

  /** One at a time, so that systemd hears of each its beginning and its end. */
  private static synchronized void reload(@Nullable Relay relay, Systemd systemd, Logger log) {
    if (relay == null) {
      log.info("Not yet started, so nothing is reloaded.");
      return;
    }
    String status = "Ready: " + relay.addresses() + ".";
    systemd.reloading();
    try {
      relay.reload();
    } catch (ConfigException e) {
      log.error("The configuration is not valid; the old one stays.\n{}", e.getMessage());
      status += " The configuration was not valid when reloaded; the old one stays.";
    } finally {
      systemd.ready(status);
    }
  }

  /** For {@code --version}. */
  static final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"GHL Relay " + Version.version() + " (" + Version.commit() + ")"};
    }
  }
}
