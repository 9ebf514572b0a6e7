package io.ghlrelay.conformance.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code java -jar conformance.jar VERB}. */
public final class Main {
  private static final List<Command> COMMANDS =
      List.of(
          new KeygenCommand(),
          new SimulateCommand(),
          new ScheduleCommand(),
          new SinkCommand(),
          new CertifyCommand(),
          new BenchCommand(),
          new FloodCommand(),
          new CampaignCommand());

  private static final String EXIT_CODES =
      """

      Exit codes: 0 all is well, 1 an assertion failed or there are findings, 2 wrong usage,
      65 a file is no such thing, 66 a file is not there, 69 nobody answers, 70 a fault of this
      program, 74 a file or port fails, 130/143 by a signal.
      """;

  private Main() {}

  /** The process. */
  public static void main(String[] words) {
    // Idle connections are dropped before the usual endpoint drops them (Node: 5 s).
    if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
      System.setProperty("jdk.httpclient.keepalive.timeout", "4");
    }
    int code = run(Terminal.system(), words);
    System.out.flush();
    System.err.flush();
    System.exit(code);
  }

  /** Runs a verb and gives the exit code. */
  static int run(Terminal terminal, String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    if (all.isEmpty()
        || all.get(0).equals("--help")
        || all.get(0).equals("-h")
        || all.get(0).equals("help")) {
      terminal.out().print(help());
      return all.isEmpty() ? ExitCodes.USAGE : ExitCodes.OK;
    }
    if (all.get(0).equals("--version") || all.get(0).equals("-V")) {
      String version = Main.class.getPackage().getImplementationVersion();
      terminal
          .out()
          .println("GHL Relay conformance kit " + (version == null ? "unpackaged" : version));
      return ExitCodes.OK;
    }
    String verb = all.remove(0);
    Command command =
        COMMANDS.stream().filter(one -> one.name().equals(verb)).findFirst().orElse(null);
    if (command == null) {
      terminal
          .err()
          .println("error: no such verb: " + verb + " (expected: one of " + names() + ")");
      return ExitCodes.USAGE;
    }
    if (all.contains("--help") || all.contains("-h")) {
      terminal.out().print(help(command));
      return ExitCodes.OK;
    }
    return run(command, all, terminal);
  }

  private static int run(Command command, List<String> words, Terminal terminal) {
    try {
      return command.run(Arguments.parse(words, command.options()), terminal);
    } catch (UsageException e) {
      terminal.message("error: " + e.getMessage());
      terminal.err().println("See: " + command.name() + " --help");
      return ExitCodes.USAGE;
    } catch (NoSuchFileException e) {
      terminal.message("error: there is no file " + e.getMessage());
      return ExitCodes.NO_INPUT;
    } catch (FileAlreadyExistsException e) {
      terminal.message("error: " + e.getMessage() + " is there already; nothing is overwritten");
      return ExitCodes.IO;
    } catch (IOException e) {
      terminal.message("error: " + e.getMessage());
      return ExitCodes.IO;
    } catch (RuntimeException e) {
      terminal.message("error: " + e);
      e.printStackTrace(terminal.err());
      return ExitCodes.INTERNAL;
    }
  }

  private static String names() {
    return String.join(", ", COMMANDS.stream().map(Command::name).toList());
  }

  private static String help() {
    StringBuilder out = new StringBuilder("Examples:\n");
    COMMANDS.forEach(
        command -> out.append("  conformance ").append(command.examples().get(0)).append('\n'));
    out.append(
        """

        Plays the platform against your endpoint: signs, sends, tries again, gives up.

        Verbs:
        """);
    COMMANDS.forEach(
        command -> out.append("  %-10s %s%n".formatted(command.name(), command.description())));
    return out.append("\nOptions of a verb: VERB --help. Here `conformance` stands for\n")
        .append("`java -jar conformance/target/conformance.jar`.\n")
        .append(EXIT_CODES)
        .toString();
  }

  private static String help(Command command) {
    StringBuilder out = new StringBuilder("Examples:\n");
    command
        .examples()
        .forEach(example -> out.append("  conformance ").append(example).append('\n'));
    out.append('\n')
        .append(command.description())
        .append("\n\nUsage: conformance ")
        .append(command.name());
    out.append(command.operands().isEmpty() ? "" : " " + command.operands())
        .append(" [OPTIONS]\n\n");
    for (Option option : command.options()) {
      String left = option.name() + (option.value() == null ? "" : " " + option.value());
      out.append("  %-26s %s%n".formatted(left, option.description()));
    }
    return out.append(EXIT_CODES).toString();
  }
}
