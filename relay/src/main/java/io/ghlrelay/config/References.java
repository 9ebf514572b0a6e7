package io.ghlrelay.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Resolves {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:/path}} in values; {@code
 * $$} is a dollar sign. Immutable.
 */
final class References {
  /** Largest file that a value may be read from, in bytes. */
  private static final long MAX_FILE = 64 << 10;

  private static final String FILE = "file:";
  private static final Pattern ONE_REFERENCE = Pattern.compile("\\$\\{(file:[^}]+|[^:}]+(:-)?)\\}");

  private final Map<String, String> environment;
  private final Path folder;

  References(Map<String, String> environment, Path folder) {
    this.environment = environment;
    this.folder = folder;
  }

  /**
   * The text with its references resolved.
   *
   * @param files is told of each file that was read
   * @param referred gets each value that came from elsewhere, and the reference it stands for
   * @throws IllegalArgumentException naming the reference that cannot be resolved, never a value
   */
  String resolve(String text, Consumer<Path> files, Map<String, String> referred) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    StringBuilder resolved = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '$') {
        resolved.append(c);
        at++;
      } else if (text.startsWith("$$", at)) {
        resolved.append('$');
        at += 2;
      } else if (text.startsWith("${", at)) {
        int end = text.indexOf('}', at);
        if (end < 0) {
          throw new IllegalArgumentException("'${' without '}' (a dollar sign is written $$)");
        }
        String name = text.substring(at + 2, end);
        String value = reference(name, files);
        resolved.append(value);
        if (!value.isEmpty()) {
          referred.put(value, "${" + name + "}");
        }
        at = end + 1;
      } else {
        resolved.append('$');
        at++;
      }
    }
    return resolved.toString();
  }

  /** Whether a text is one reference and nothing else, without a default of its own. */
  static boolean isReference(String text) {
    return ONE_REFERENCE.matcher(text).matches();
  }

  private String reference(String name, Consumer<Path> files) {
    if (name.startsWith(FILE)) {
      Path file = folder.resolve(name.substring(FILE.length())).normalize();
      String content = fileContent(file);
      files.accept(file);
      return content;
    }
    int fallback = name.indexOf(":-");
    String variable = fallback < 0 ? name : name.substring(0, fallback);
    String value = environment.get(variable);
    if (fallback >= 0 && (value == null || value.isEmpty())) {
      return name.substring(fallback + 2).replace("$$", "$");
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "the environment variable "
              + variable
              + " is not set (write ${"
              + variable
              + ":-...} to give a default)");
    }
    return value;
  }

  /** Whether a text stands for itself, without a reference. */
  static boolean isLiteral(String text) {
    return !text.contains("${");
  }

  /** The content of a file, without its last line break. */
  static String fileContent(Path file) {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IllegalArgumentException(
            "the file " + file + " is larger than " + (MAX_FILE >> 10) + " KiB");
      }
      String content = Files.readString(file, StandardCharsets.UTF_8);
      if (content.endsWith("\r\n")) {
        return content.substring(0, content.length() - 2);
      }
      return content.endsWith("\n") ? content.substring(0, content.length() - 1) : content;
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + file + " cannot be read (" + e + ")", e);
    }
  }
}
