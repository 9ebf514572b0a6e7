package io.ghlrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lines, status and colours, on a terminal and elsewhere. */
class TerminalTest {
  private static final Map<String, String> XTERM = Map.of("TERM", "xterm-256color");

  private final StringWriter written = new StringWriter();
  private final PrintWriter out = new PrintWriter(written);

  private Terminal terminal(Map<String, String> environment) {
    return new Terminal(out, true, environment);
  }

  /** What stands on the screen: carriage return, erase and line feed are all that moves. */
  private List<String> screen() {
    List<String> lines = new ArrayList<>();
    for (String line :
        written.toString().replace("\033[?7l", "").replace("\033[?7h", "").split("\n", -1)) {
      String shown = "";
      for (String painted : line.split("\r", -1)) {
        shown =
            painted.startsWith("\033[K")
                ? painted.substring(3)
                : painted + shown.substring(Math.min(shown.length(), painted.length()));
      }
      lines.add(shown);
    }
    return lines;
  }

  @Test
  void aStatusStaysBelowTheLines() {
    Terminal terminal = terminal(XTERM);
    terminal.line("one");
    terminal.status("10 pending");
    terminal.line("a longer line than the status");
    terminal.status("9");
    terminal.line("two");
    assertThat(screen()).containsExactly("one", "a longer line than the status", "two", "9");

    terminal.clearStatus();
    terminal.line("done");
    assertThat(screen()).containsExactly("one", "a longer line than the status", "two", "done", "");
  }

  @Test
  void theSameStatusIsNotPaintedAgain() {
    Terminal terminal = terminal(XTERM);
    terminal.status("10 pending");
    int painted = written.getBuffer().length();
    terminal.status("10 pending");
    assertThat(written.getBuffer().length()).isEqualTo(painted);
  }

  @Test
  void aLongStatusIsCutByTheTerminal() {
    terminal(XTERM).status("x".repeat(500));
    assertThat(written.toString()).isEqualTo("\r\033[K\033[?7l" + "x".repeat(500) + "\033[?7h");
  }

  @Test
  void elsewhereThereAreLinesOnly() {
    for (Terminal terminal :
        new Terminal[] {
          new Terminal(out, false, XTERM), terminal(Map.of("TERM", "dumb")), terminal(Map.of())
        }) {
      written.getBuffer().setLength(0);
      assertThat(terminal.live()).isFalse();
      terminal.status("10 pending");
      terminal.line("one");
      terminal.clearStatus();
      assertThat(written.toString()).isEqualTo("one" + System.lineSeparator());
      assertThat(terminal.colour(Terminal.Colour.RED, "dead")).isEqualTo("dead");
    }
  }

  @Test
  void coloursAreThereUnlessUnwanted() {
    assertThat(terminal(XTERM).colour(Terminal.Colour.RED, "dead"))
        .isEqualTo("\033[31mdead\033[0m");
    Terminal without = terminal(Map.of("TERM", "xterm", "NO_COLOR", "1"));
    assertThat(without.colour(Terminal.Colour.RED, "dead")).isEqualTo("dead");
    assertThat(without.live()).isTrue();
    assertThat(terminal(Map.of("TERM", "xterm", "NO_COLOR", "")).colour(Terminal.Colour.BOLD, "x"))
        .as("an empty NO_COLOR asks for nothing")
        .isNotEqualTo("x");
    assertThat(terminal(Map.of("WT_SESSION", "1")).live()).as("Windows Terminal").isTrue();
  }

  @Test
  void whatComesFromOutsideCannotSteerTheTerminal() {
    Terminal terminal = terminal(XTERM);
    terminal.line(
        "type \033]0;title\007\033[2J\u009b2J\rX" + terminal.colour(Terminal.Colour.GREEN, "ok"));
    assertThat(written.toString())
        .isEqualTo("\r\033[Ktype ?]0;title??[2J?2J?X\033[32mok\033[0m" + System.lineSeparator());
  }

  @Test
  void aBarGrowsFromNothingToAll() {
    assertThat(Terminal.bar(0, 10, 10)).isEqualTo("[>         ] 0 %");
    assertThat(Terminal.bar(5, 10, 10)).isEqualTo("[=====>    ] 50 %");
    assertThat(Terminal.bar(999, 1000, 10)).isEqualTo("[=========>] 99 %");
    assertThat(Terminal.bar(10, 10, 10)).isEqualTo("[==========] 100 %");
    assertThat(Terminal.bar(12, 10, 10)).isEqualTo("[==========] 100 %");
    assertThat(Terminal.bar(0, 0, 3)).isEqualTo("[===] 100 %");
  }
}
