package io.ghlrelay.conformance.json;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON (RFC 8259). Stateless. */
public final class Json {
  private static final String INDENT = "  ";

  private Json() {}

  /**
   * Parses a whole text.
   *
   * @return {@code JsonObject}, {@code List}, {@code String}, {@code BigDecimal}, {@code Boolean}
   *     or null
   * @throws JsonException if it is not JSON, nested deeper than 64, or names a member twice
   */
  public static @Nullable Object parse(String text) {
    return new JsonParser(text).whole();
  }

  /** A value as compact JSON. */
  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, null);
    return out.toString();
  }

  /** A value as JSON for people: indented by two spaces. */
  public static String pretty(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, "\n");
    return out.toString();
  }

  private static void write(@Nullable Object value, StringBuilder out, @Nullable String newLine) {
    String inner = newLine == null ? null : newLine + INDENT;
    if (value instanceof JsonObject object) {
      out.append('{');
      String separator = "";
      for (String name : object.names()) {
        out.append(separator).append(inner == null ? "" : inner);
        quote(name, out);
        out.append(inner == null ? ":" : ": ");
        write(object.get(name), out, inner);
        separator = ",";
      }
      out.append(newLine == null || object.names().isEmpty() ? "" : newLine).append('}');
    } else if (value instanceof List<?> list) {
      out.append('[');
      for (Iterator<?> it = list.iterator(); it.hasNext(); ) {
        out.append(inner == null ? "" : inner);
        write(it.next(), out, inner);
        out.append(it.hasNext() ? "," : "");
      }
      out.append(newLine == null || list.isEmpty() ? "" : newLine).append(']');
    } else if (value == null || value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else {
      quote(value.toString(), out);
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == '\u007f' || (Character.isSurrogate(c) && lone(text, i))) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** A surrogate without its other half has no UTF-8 form. */
  private static boolean lone(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        ? at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1))
        : at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
  }
}
