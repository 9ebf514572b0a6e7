package io.ghlrelay.cli;

import java.util.List;

/**
 * Writes a manual page with the macros of man(7), which groff and mandoc both know. Confined to one
 * thread.
 *
 * <p>Parameters named {@code roff} take text that is marked up already, by {@link #plain}, {@link
 * #bold} and {@link #italic}.
 */
final class Roff {
  private final StringBuilder page = new StringBuilder();

  /** Begins the page; its words are not cut, so that what is to be typed stays whole. */
  Roff title(String name, String section, String source, String manual) {
    macro("TH", name, section, "", source, manual);
    page.append(".nh\n.ad l\n");
    return this;
  }

  /** A heading. */
  Roff section(String heading) {
    return macro("SH", heading);
  }

  /** A heading below. */
  Roff subsection(String heading) {
    return macro("SS", heading);
  }

  /** A paragraph. */
  Roff paragraph(String roff) {
    return macro("PP").line(roff);
  }

  /** A term, and indented below it what it means. */
  Roff item(String termRoff, String roff) {
    return macro("TP").line(termRoff).line(roff);
  }

  /** Lines as they are, indented. */
  Roff verbatim(List<String> lines) {
    macro("PP").macro("RS", "4").macro("nf");
    lines.forEach(line -> line(bold(line)));
    return macro("fi").macro("RE");
  }

  private Roff macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(plain(argument)).append('"');
    }
    page.append('\n');
    return this;
  }

  /** A line of text: it must not be taken for a request, nor be empty. */
  private Roff line(String roff) {
    boolean request = roff.startsWith(".") || roff.startsWith("'");
    page.append(request ? "\\&" : "").append(roff.isEmpty() ? "\\&" : roff).append('\n');
    return this;
  }

  static String bold(String text) {
    return "\\fB" + plain(text) + "\\fP";
  }

  static String italic(String text) {
    return "\\fI" + plain(text) + "\\fP";
  }

  /**
   * Text as text: nothing in it is taken for markup, a hyphen can be copied and searched for, and
   * quotes stay those of a shell.
   */
  static String plain(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '"' -> escaped.append("\\(dq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                case '\n', '\r', '\t' -> escaped.append(' ');
                default -> {
                  if (c < 0x80) {
                    escaped.append((char) c);
                  } else {
                    escaped.append("\\[u%04X]".formatted(c));
                  }
                }
              }
            });
    return escaped.toString();
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
