package io.ghlrelay.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page, made from what the command line itself knows of its verbs; only files and
 * environment are told here. Stateless.
 */
final class ManPage {
  private static final String[][] ENVIRONMENT = {
    {"RELAY_ADMIN_URL", "The admin API that the verbs ask, where --admin is not given."},
    {"RELAY_ADMIN_TOKEN", "Its token. Of serve: the setting admin.token."},
    {
      "RELAY_INGRESS_*, RELAY_ADMIN_*, RELAY_STORE_*",
      "Settings of these sections, for example RELAY_INGRESS_LISTEN; stronger than the file, weaker"
          + " than --set."
    },
    {"RELAY_LOG_FORMAT", "human or json (default: human on a terminal, else json)."},
    {"RELAY_LOG_LEVEL", "error, warn, info, debug or trace (default: info)."},
    {
      "JAVA, RELAY_JAVA_OPTIONS, RELAY_LIB",
      "Of the launcher: the java command, options for it, the folder of relay.jar."
    },
    {
      "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
      "Set by systemd: serve tells it when it is ready, reloads and stops, and that it lives."
    },
    {
      "NO_COLOR, TERM",
      "No colours if NO_COLOR is set; neither colours nor a status line if TERM is dumb."
    },
  };

  private static final String[][] FILES = {
    {
      "relay.yaml",
      "The configuration, by whatever name -c gives. Relative paths in it count from its folder."
    },
    {"relay.schema.json", "The schema of the configuration, for editors."},
    {
      "data",
      "The store, unless store.rocksdb.path says another folder. One relay at a time uses it."
    },
  };

  private final String name;
  private final CommandSpec root;
  private final Roff page = new Roff();

  private ManPage(String name, CommandSpec root) {
    this.name = name;
    this.root = root;
  }

  /**
   * Writes the page.
   *
   * @param name what the command is called where it is installed
   * @param root the command line with all its verbs
   */
  static String of(String name, CommandSpec root) {
    return new ManPage(name, root).write();
  }

  private String write() {
    String about = text(root.usageMessage().description());
    String version = String.join(" ", root.version());
    page.title(name.toUpperCase(Locale.ROOT), "1", version, "GHL Relay");
    page.section("NAME").paragraph(Roff.plain(name) + " \\- " + Roff.plain(summary(about)));
    page.section("SYNOPSIS")
        .paragraph(
            Roff.bold(name) + " " + Roff.italic("VERB") + " [" + Roff.italic("OPTION") + "]...")
        .paragraph(Roff.bold(name) + " [" + Roff.italic("VERB") + "] " + Roff.bold("--help"))
        .paragraph(Roff.bold(name) + " " + Roff.bold("--version"));
    page.section("DESCRIPTION").paragraph(Roff.plain(about));
    page.section("OPTIONS").paragraph(Roff.plain("Of every verb:"));
    options(root);
    page.section("VERBS");
    verbs(name, root);
    page.section("EXIT STATUS");
    root.usageMessage()
        .exitCodeList()
        .forEach((code, meaning) -> page.item(Roff.bold(code.strip()), Roff.plain(meaning)));
    page.section("ENVIRONMENT");
    table(ENVIRONMENT);
    page.section("FILES");
    table(FILES);
    page.section("EXAMPLES").verbatim(examples(root));
    return page.toString();
  }

  /** Without the name before the colon, and as the list of pages has it: no full stop. */
  private static String summary(String about) {
    String rest = about.substring(about.indexOf(':') + 1).strip();
    return rest.endsWith(".") ? rest.substring(0, rest.length() - 1) : rest;
  }

  private void table(String[][] rows) {
    for (String[] row : rows) {
      page.item(Roff.bold(row[0]), Roff.plain(row[1]));
    }
  }

  private void verbs(String parent, CommandSpec command) {
    Collection<CommandLine> verbs = new LinkedHashSet<>(command.subcommands().values());
    for (CommandLine verb : verbs) {
      CommandSpec spec = verb.getCommandSpec();
      if (spec.usageMessage().hidden()) {
        continue;
      }
      String called = parent + " " + spec.name();
      page.subsection(called)
          .paragraph(synopsis(called, spec))
          .paragraph(Roff.plain(text(spec.usageMessage().description())));
      for (PositionalParamSpec parameter : spec.positionalParameters()) {
        if (!parameter.hidden()) {
          page.item(Roff.italic(parameter.paramLabel()), description(parameter));
        }
      }
      options(spec);
      if (!examples(spec).isEmpty()) {
        page.verbatim(examples(spec));
      }
      verbs(called, spec);
    }
  }

  /** Of a verb without those that every verb has. */
  private void options(CommandSpec command) {
    for (OptionSpec option : command.options()) {
      if (option.hidden() || (command != root && isStandard(option))) {
        continue;
      }
      StringJoiner names = new StringJoiner(", ");
      Arrays.stream(option.names()).map(Roff::bold).forEach(names::add);
      page.item(names + value(option), description(option));
    }
  }

  private static boolean isStandard(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }

  private static String value(OptionSpec option) {
    return option.arity().max() == 0 ? "" : " " + Roff.italic(option.paramLabel());
  }

  private static String description(ArgSpec argument) {
    String required = argument.isOption() && argument.required() ? " Required." : "";
    return Roff.plain(text(argument.description()) + required);
  }

  private static String synopsis(String called, CommandSpec command) {
    StringJoiner line = new StringJoiner(" ");
    line.add(Roff.bold(called));
    for (OptionSpec option : command.options()) {
      if (!option.hidden() && !isStandard(option)) {
        line.add(use(Roff.bold(option.longestName()) + value(option), option.required(), option));
      }
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      if (!parameter.hidden()) {
        line.add(use(Roff.italic(parameter.paramLabel()), parameter.arity().min() > 0, parameter));
      }
    }
    return line.toString();
  }

  private static String use(String roff, boolean required, ArgSpec argument) {
    return (required ? roff : "[" + roff + "]") + (argument.isMultiValue() ? "..." : "");
  }

  /** The indented lines of the help's head, as they are typed where the command has this name. */
  private List<String> examples(CommandSpec command) {
    List<String> lines = new ArrayList<>();
    String written = root.name() + " ";
    for (String line : command.usageMessage().header()) {
      if (line.startsWith("  ")) {
        String typed = line.strip();
        lines.add(
            typed.startsWith(written) ? name + " " + typed.substring(written.length()) : typed);
      }
    }
    return lines;
  }

  private static String text(String[] lines) {
    return String.join(" ", lines).strip();
  }
}
