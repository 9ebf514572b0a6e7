package io.ghlrelay.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: runs the relay until told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay serve -c configs/quickstart.yaml",
      "  relay serve -c relay.yaml --set ingress.listen=127.0.0.1:0",
      ""
    },
    description = "Run the relay. SIGHUP reloads the configuration, SIGTERM stops.")
public final class ServeCommand implements Callable<Integer> {
  private final Action action;

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration.")
  private Path config = Path.of("relay.yaml");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a setting, for example ingress.listen=127.0.0.1:0.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** What serves; given by the root, so that verbs know nothing of the assembly. */
  @FunctionalInterface
  public interface Action {
    /** Serves until stopped, and gives the exit code. */
    int serve(Path config, Map<String, String> settings);
  }

  /** The verb over its action. */
  public ServeCommand(Action action) {
    this.action = action;
  }

  @Override
  public Integer call() {
    return action.serve(config, settings);
  }
}
