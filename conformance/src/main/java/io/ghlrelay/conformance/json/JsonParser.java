package io.ghlrelay.conformance.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A recursive-descent parser of one text. Confined to its caller. */
final class JsonParser {
  /** Deeper nesting is refused: the parser's stack is the thread's. */
  private static final int MAX_DEPTH = 64;

  /** Longer numbers are refused: they cost quadratic time. */
  private static final int MAX_NUMBER = 100;

  /** Exponents beyond this are refused: a few characters would else stand for gigabytes. */
  private static final int MAX_SCALE = 1_000;

  private final String text;
  private int at;
  private int depth;

  JsonParser(String text) {
    this.text = text;
  }

  @Nullable Object whole() {
    Object value = value();
    blank();
    if (at < text.length()) {
      throw wrong("the end");
    }
    return value;
  }

  private @Nullable Object value() {
    blank();
    if (at == text.length()) {
      throw wrong("a value");
    }
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> nested(this::object);
      case '[' -> nested(this::array);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private interface Part {
    Object read();
  }

  private Object nested(Part part) {
    if (++depth > MAX_DEPTH) {
      throw wrong("nesting of at most " + MAX_DEPTH);
    }
    at++;
    Object value = part.read();
    depth--;
    return value;
  }

  private Object object() {
    JsonObject object = new JsonObject();
    blank();
    if (take('}')) {
      return object;
    }
    do {
      blank();
      if (at == text.length() || text.charAt(at) != '"') {
        throw wrong("a name in quotes");
      }
      String name = string();
      if (object.has(name)) {
        throw wrong("each name once, but \"" + name + "\" is there twice");
      }
      blank();
      if (!take(':')) {
        throw wrong("':'");
      }
      object.put(name, value());
      blank();
    } while (take(','));
    if (!take('}')) {
      throw wrong("',' or '}'");
    }
    return object;
  }

  private Object array() {
    List<@Nullable Object> list = new ArrayList<>();
    blank();
    if (take(']')) {
      return list;
    }
    do {
      list.add(value());
      blank();
    } while (take(','));
    if (!take(']')) {
      throw wrong("',' or ']'");
    }
    return Collections.unmodifiableList(list);
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < ' ') {
        throw wrong("no control character in a string");
      }
      out.append(c == '\\' ? escaped() : c);
    }
    throw wrong("the end of a string");
  }

  private char escaped() {
    at++;
    if (at == text.length()) {
      throw wrong("the end of a string");
    }
    return switch (text.charAt(at)) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw wrong("one of \" \\ / b f n r t u after '\\'");
    };
  }

  private char unicode() {
    int code = 0;
    for (int i = 1; i <= 4; i++) {
      int digit = at + i < text.length() ? Character.digit(text.charAt(at + i), 16) : -1;
      if (digit < 0 || text.charAt(at + i) > 'f') {
        throw wrong("four hexadecimal digits");
      }
      code = code * 16 + digit;
    }
    at += 4;
    return (char) code;
  }

  private BigDecimal number() {
    int start = at;
    take('-');
    if (!take('0')) {
      digits("a value");
    }
    if (take('.')) {
      digits("a digit");
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      digits("a digit");
    }
    if (at - start > MAX_NUMBER) {
      throw wrong("a number of at most " + MAX_NUMBER + " characters");
    }
    try {
      BigDecimal number = new BigDecimal(text.substring(start, at));
      if (Math.abs((long) number.scale()) > MAX_SCALE) {
        throw wrong("an exponent within " + MAX_SCALE);
      }
      return number;
    } catch (NumberFormatException e) {
      throw wrong("an exponent within " + MAX_SCALE);
    }
  }

  private void digits(String expected) {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw wrong(expected);
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong("a value");
    }
    at += word.length();
    return value;
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void blank() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonException wrong(String expected) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < at && i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new JsonException(
        "not JSON at line %d, column %d (expected: %s)"
            .formatted(line, at - lineStart + 1, expected));
  }
}
