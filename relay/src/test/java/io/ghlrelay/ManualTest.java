package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The manual page and the completion script: everything is in them, and their readers take them.
 */
class ManualTest {
  @TempDir private Path folder;

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine(arguments[0]);
    line.setOut(new PrintWriter(out, true));
    assertThat(line.execute(arguments)).isZero();
    return out.toString();
  }

  /** Runs a command of the system, or skips the test where there is none such. */
  private String system(String input, String... command) throws Exception {
    Path in = Files.writeString(folder.resolve("in"), input);
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile());
    builder.environment().putAll(Map.of("MANWIDTH", "100", "MAN_KEEP_FORMATTING", ""));
    Process process;
    try {
      process = builder.start();
    } catch (IOException notInstalled) {
      assumeTrue(false, command[0] + " is not installed");
      throw notInstalled;
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    String printed = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  @Test
  void thePageHasEveryVerbAndOption() {
    String page = run("man");
    assertThat(page)
        .startsWith(".TH \"GHL\\-RELAY\" \"1\" ")
        .containsSubsequence(
            ".SH \"NAME\"\n",
            ".SH \"SYNOPSIS\"\n",
            ".SH \"DESCRIPTION\"\n",
            ".SH \"OPTIONS\"\n",
            "\\fB\\-h\\fP, \\fB\\-\\-help\\fP\n",
            ".SH \"VERBS\"\n",
            ".SH \"EXIT STATUS\"\n",
            "\\fB78\\fP\nbad configuration\n",
            ".SH \"ENVIRONMENT\"\n",
            "\\fBRELAY_ADMIN_URL\\fP\n",
            ".SH \"FILES\"\n",
            "\\fBrelay.yaml\\fP\n");
    Map<String, CommandLine> verbs = Main.commandLine().getSubcommands();
    assertThat(verbs).containsKeys("serve", "completion", "man");
    verbs.forEach(
        (name, verb) -> {
          String heading = ".SS \"ghl\\-relay " + name + "\"\n";
          assertThat(page).contains(heading);
          String section = page.substring(page.indexOf(heading) + heading.length());
          section = section.substring(0, section.indexOf("\n.S") + 1);
          assertThat(section).as(name).contains("\\fBghl\\-relay " + name);
          for (OptionSpec option : verb.getCommandSpec().options()) {
            if (!option.usageHelp() && !option.versionHelp()) {
              for (String one : option.names()) {
                assertThat(section).as(name).contains("\\fB" + one.replace("-", "\\-") + "\\fP");
              }
            }
          }
        });
    assertThat(page)
        .as("defaults are filled in, examples have the command's name")
        .contains("At most (default: 50).")
        .doesNotContain("${")
        .doesNotContain("\\fBrelay ");
  }

  @Test
  void groffHasNothingToWarnOf() throws Exception {
    String page = run("man");
    String warnings = system(page, "groff", "-man", "-Tutf8", "-ww", "-z");
    assertThat(warnings).isEmpty();
  }

  @Test
  void manShowsThePage() throws Exception {
    String shown = system(run("man"), "man", "-l", "-").replaceAll(".\b", "");
    assertThat(shown)
        .contains("ghl-relay - verifies, stores, routes and delivers HighLevel webhooks")
        .contains("ghl-relay verify --config FILE [--header 'NAME: VALUE']... BODY")
        .contains("ghl-relay events --type 'Contact*'")
        .contains("-n, --dry-run");
  }

  @Test
  void bothCanGoByAnotherName() {
    assertThat(run("man", "--name", "relay")).startsWith(".TH \"RELAY\" \"1\" ");
    assertThat(run("completion", "--name", "relay")).contains("complete -F _complete_relay ");
  }

  @Test
  void completionRefusesWhatNoScriptCanBeMadeFor() {
    CommandLine line = Main.commandLine("completion");
    line.setErr(new PrintWriter(new StringWriter()));
    assertThat(line.execute("completion", "fish")).isEqualTo(2);
    assertThat(line.execute("completion", "--name", "a; b")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "'ghl-relay re', 'replay relays reload readyz'",
    "'ghl-relay c', 'check completion'",
    "'ghl-relay serve --s', '--set'",
    "'ghl-relay replay --dry', '--dry-run'"
  })
  void bashCompletesVerbsAndOptions(String typed, String expected) throws Exception {
    Path script = Files.writeString(folder.resolve("completion"), run("completion"));
    String ask =
        """
        compopt() { :; } # works only while a shell completes
        source '%s'
        COMP_WORDS=(%s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_LINE='%s'
        COMP_POINT=${#COMP_LINE}
        "$(complete -p ghl-relay | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
        echo "${COMPREPLY[@]}"
        """
            .formatted(script, typed, typed);

    assertThat(system(ask, "bash", "-s").strip().split(" "))
        .containsExactlyInAnyOrder(expected.split(" "));
  }

  @Test
  void onlyTheVerbsThatTellOfAllLoadAll() {
    assertThat(Main.commandLine("events").getSubcommands()).containsOnlyKeys("events");
    assertThat(Main.commandLine("man").getSubcommands())
        .containsOnlyKeys(Main.commandLine().getSubcommands().keySet());
  }
}
