package io.ghlrelay.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code man}: prints the manual page. */
@Command(
    name = "man",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay man | man -l -",
      "  relay man > /usr/local/share/man/man1/ghl-relay.1",
      ""
    },
    description = "Print the manual page, in roff.")
public final class ManCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the command is called (default: ${DEFAULT-VALUE}).")
  private String name = CompletionCommand.LAUNCHER;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(ManPage.of(name, spec.root()));
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }
}
