package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.ConfigProblem;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.routing.Route;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: says everything that is wrong with a configuration. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay check -c configs/per-location.yaml", ""},
    description =
        "Check a configuration: exit 78 and every problem with its line if it is not valid.")
public final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration.")
  private Path config = Path.of("relay.yaml");

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a setting.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Override
  public Integer call() throws ConfigException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!Files.exists(config)) {
      err.println("error: there is no file " + config);
      return ExitCodes.NO_INPUT;
    }
    RelayConfig loaded = new ConfigLoader(System.getenv(), settings).load(config);
    for (ConfigProblem warning : loaded.warnings()) {
      err.println("warning: " + warning);
    }
    long direct = loaded.routes().stream().filter(Route::direct).count();
    out.printf(
        "ok: %d targets, %d routes%s, %d keys%n",
        loaded.targets().size(),
        loaded.routes().size(),
        direct == 0 ? "" : " (" + direct + " direct)",
        loaded.verification().keys().size());
    return ExitCodes.OK;
  }
}
