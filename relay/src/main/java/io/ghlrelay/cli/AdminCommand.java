package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the verbs that use the admin API have in common. */
abstract class AdminCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private AdminOptions options = new AdminOptions();

  /** Asks the API and prints; gives the exit code. */
  abstract int run(AdminClient client, PrintWriter out) throws AdminClient.Failure;

  @Override
  public final Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    try {
      return run(options.client(), spec.commandLine().getOut());
    } catch (AdminClient.Failure e) {
      err.println("error: " + e.getMessage());
      return e.exitCode();
    } catch (ConfigException e) {
      e.problems().forEach(problem -> err.println("error: " + problem));
      return ExitCodes.CONFIG;
    } catch (IOException e) {
      err.println("error: " + e.getMessage());
      return ExitCodes.IO;
    }
  }
}
