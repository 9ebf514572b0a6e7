package io.ghlrelay.conformance.payload;

import io.ghlrelay.conformance.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one body in a style. What a character costs never depends on where it stands, so that
 * padding can be counted beforehand. Confined to its caller.
 */
final class BodyPrinter {
  private static final String[] BLANKS = {" ", "", "\n  ", "", "\t", "  ", "", "\r\n"};

  private final boolean hard;
  private final StringBuilder out = new StringBuilder();
  private int blank;

  /**
   * A printer.
   *
   * @param start where in the sequence of odd blanks it begins
   */
  BodyPrinter(boolean hard, int start) {
    this.hard = hard;
    this.blank = start;
  }

  String print(JsonObject object) {
    if (hard) {
      out.append(' '); // at least one blank, whatever the sequence brings
    }
    value(object);
    if (hard) {
      out.append('\n');
    }
    return out.toString();
  }

  private void value(@Nullable Object value) {
    if (value instanceof JsonObject object) {
      object(object);
    } else if (value instanceof List<?> list) {
      out.append('[');
      for (int i = 0; i < list.size(); i++) {
        out.append(i == 0 ? "" : ",");
        blank();
        value(list.get(i));
      }
      blank();
      out.append(']');
    } else if (value instanceof BigDecimal number) {
      out.append(number(number));
    } else if (value instanceof String text) {
      out.append('"').append(quoted(text, hard)).append('"');
    } else {
      out.append(value);
    }
  }

  private void object(JsonObject object) {
    List<String> names = new ArrayList<>(object.names());
    if (hard) {
      Collections.reverse(names);
    }
    out.append('{');
    String separator = "";
    for (String name : names) {
      out.append(separator);
      blank();
      out.append('"').append(quoted(name, hard)).append('"');
      blank();
      out.append(':');
      blank();
      value(object.get(name));
      separator = ",";
    }
    blank();
    out.append('}');
  }

  private void blank() {
    if (hard) {
      out.append(BLANKS[blank++ % BLANKS.length]);
    }
  }

  private String number(BigDecimal number) {
    String plain = number.toPlainString();
    if (!hard) {
      return plain;
    }
    // The same value in forms that parsers do not print back: 1e2 for 100, 7.0 for 7, 1.50 for 1.5.
    if (plain.endsWith("00") && !plain.contains(".")) {
      return plain.substring(0, plain.length() - 2) + "e2";
    }
    return plain + (plain.contains(".") ? "0" : plain.length() < 16 ? ".0" : "");
  }

  /** A string's characters as the style writes them, without quotes. */
  static String quoted(String text, boolean hard) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (hard && escaped(c))) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(hard && c == '/' ? "\\/" : String.valueOf(c));
          }
        }
      }
    }
    return out.toString();
  }

  /** Some characters, raw in one place of a real body, stand escaped in another. */
  private static boolean escaped(char c) {
    return c == 'é' || c == 'ü' || c == '&' || Character.isSurrogate(c);
  }
}
