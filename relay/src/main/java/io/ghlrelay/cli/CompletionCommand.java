package io.ghlrelay.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: prints what makes a shell complete verbs and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  source <(relay completion)",
      "  relay completion > /etc/bash_completion.d/ghl-relay",
      ""
    },
    description = "Print a script with which bash and zsh complete verbs, options and files.")
public final class CompletionCommand implements Callable<Integer> {
  /** What the command is called where it is installed: the launcher's name. */
  static final String LAUNCHER = "ghl-relay";

  private static final List<String> SHELLS = List.of("bash", "zsh");

  /** The name becomes part of the script's own names. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "bash|zsh",
      description = "For which shell; the script is the same for both.")
  private @Nullable String shell;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The command to complete (default: ${DEFAULT-VALUE}).")
  private String name = LAUNCHER;

  @Override
  public Integer call() {
    if (shell != null && !SHELLS.contains(shell)) {
      throw new ParameterException(
          spec.commandLine(), "There is no completion for '" + shell + "' (known: bash, zsh).");
    }
    if (!NAME.matcher(name).matches()) {
      throw new ParameterException(
          spec.commandLine(), "--name '" + name + "' (expected: the name of a command)");
    }
    spec.commandLine().getOut().print(AutoComplete.bash(name, spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }
}
