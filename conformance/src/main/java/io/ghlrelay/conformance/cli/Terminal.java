package io.ghlrelay.conformance.cli;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;

/**
 * Where a verb prints: data to {@code out}, messages to {@code err}. Confined to its thread.
 *
 * @param out data
 * @param err messages
 * @param interactive whether a person looks on: progress is shown, colours are used
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {
  private static final String CLEAR = "\r\u001B[K";

  /** The process's own. */
  static Terminal system() {
    return new Terminal(System.out, System.err, isTerminal());
  }

  @SuppressWarnings("SystemConsoleNull") // null until 21; later versions are asked
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      // Since JDK 22 a console may be there without a terminal, and can be asked.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Console.isTerminal is public and takes nothing", e);
    }
  }

  /** Shows a line that the next one replaces; nothing without a person. */
  void progress(String line) {
    if (interactive) {
      err.print(CLEAR + line);
      err.flush();
    }
  }

  /** Removes that line. */
  void progressDone() {
    progress("");
  }

  void message(String line) {
    progressDone();
    err.println(line);
  }

  /** A word in colour, where there is a person who has not asked for none. */
  String coloured(String word, boolean good) {
    boolean colour = interactive && System.getenv("NO_COLOR") == null;
    return colour ? "\u001B[" + (good ? "32" : "31") + "m" + word + "\u001B[0m" : word;
  }
}
