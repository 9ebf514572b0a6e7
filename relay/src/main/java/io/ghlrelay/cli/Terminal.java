package io.ghlrelay.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a verb prints what goes on. On a terminal, a status stands below the lines and is painted
 * over; in a file or a pipe there is none, and lines come as they are. Thread-safe.
 */
public final class Terminal {
  private static final String TO_START_AND_ERASE = "\r\033[K";
  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";
  private static final String RESET = "\033[0m";

  /** What could move the cursor or worse; colours stay. */
  private static final Pattern CONTROL =
      Pattern.compile("(\033\\[[0-9;]{0,16}m)|[\\p{Cntrl}\u0080-\u009f&&[^\t]]");

  private final PrintWriter out;
  private final boolean live;
  private final boolean coloured;
  private String status = "";

  /** Colours by what they mean to the reader's eye, each readable on dark and on light. */
  public enum Colour {
    /** Done. */
    GREEN("32"),
    /** To be watched. */
    YELLOW("33"),
    /** Failed. */
    RED("31"),
    /** Aside. */
    DIM("2"),
    /** Heading. */
    BOLD("1");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }

  Terminal(PrintWriter out, boolean terminal, Map<String, String> environment) {
    this.out = out;
    String term = environment.getOrDefault("TERM", "");
    boolean knowsEscapes =
        (!term.isEmpty() && !term.equals("dumb")) || environment.containsKey("WT_SESSION");
    this.live = terminal && knowsEscapes;
    this.coloured = live && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /**
   * Over what writes to stdout.
   *
   * @param out where to; flushed with each line
   */
  public static Terminal of(PrintWriter out) {
    return new Terminal(out, isTerminal(), System.getenv());
  }

  /**
   * Whether a person looks on at a terminal: stdin and stdout both are one. JDK 22 and later have a
   * console even without a terminal, which then says so.
   */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException olderJdk) {
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Console.isTerminal is public and takes nothing", e);
    }
  }

  /** Whether a status is shown, so whether it is worth making one. */
  public boolean live() {
    return live;
  }

  /** Prints one line, above the status if there is one. */
  public synchronized void line(String text) {
    if (live) {
      out.print(TO_START_AND_ERASE + clean(text) + System.lineSeparator());
      paintStatus();
    } else {
      out.println(text);
    }
    out.flush();
  }

  /** Shows a status below the lines, in place of the one before; nothing where not live. */
  public synchronized void status(String text) {
    if (live && !text.equals(status)) {
      status = text;
      out.print(TO_START_AND_ERASE);
      paintStatus();
      out.flush();
    }
  }

  /** Takes the status away: what is printed next stands in its place. */
  public synchronized void clearStatus() {
    if (!status.isEmpty()) {
      status = "";
      out.print(TO_START_AND_ERASE);
      out.flush();
    }
  }

  /** A status longer than the screen is wide is cut by the terminal: wrapped, it would pile up. */
  private void paintStatus() {
    if (!status.isEmpty()) {
      out.print(NO_WRAP + clean(status) + WRAP);
    }
  }

  /** The text in a colour, where colours are shown. */
  public String colour(Colour colour, String text) {
    return coloured ? "\033[" + colour.code + "m" + text + RESET : text;
  }

  /**
   * Progress as text: {@code [=====> ] 50 %}.
   *
   * @param done how many are done
   * @param total of how many; 0 counts as all done
   * @param width characters between the brackets
   */
  public static String bar(long done, long total, int width) {
    double share = total <= 0 ? 1 : Math.max(0, Math.min(1, (double) done / total));
    int filled = (int) (share * width);
    String tip = filled < width ? ">" : "";
    return "["
        + "=".repeat(filled)
        + tip
        + " ".repeat(width - filled - tip.length())
        + "] "
        + (int) (share * 100)
        + " %";
  }

  /** What comes from outside, such as an event's type, must not steer the terminal. */
  private static String clean(String text) {
    return CONTROL
        .matcher(text)
        .replaceAll(
            found -> {
              @Nullable String colour = found.group(1);
              return colour == null ? "?" : colour;
            });
  }
}
