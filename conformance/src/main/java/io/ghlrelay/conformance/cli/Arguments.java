package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.fault.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind a verb. Immutable.
 *
 * <p>Own code, since a library would stand on the class path of everybody who tests with this kit.
 */
final class Arguments {
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<String> operands = new ArrayList<>();

  private Arguments() {}

  /**
   * Reads arguments.
   *
   * @throws UsageException if an option is unknown, or has no value, or one too many
   */
  static Arguments parse(List<String> words, List<Option> known) {
    Arguments arguments = new Arguments();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-") || word.equals("-")) {
        arguments.operands.add(word);
        continue;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Option option = option(name, known);
      String value = "";
      if (option.value() == null) {
        if (equals >= 0) {
          throw new UsageException(name + ": takes no value");
        }
      } else if (equals >= 0) {
        value = word.substring(equals + 1);
      } else if (i + 1 < words.size()) {
        value = words.get(++i);
      } else {
        throw new UsageException(name + ": needs a value (expected: " + option.value() + ")");
      }
      arguments.values.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }
    return arguments;
  }

  private static Option option(String name, List<Option> known) {
    return known.stream()
        .filter(option -> option.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    name
                        + ": no such option (did you mean "
                        + known.stream()
                            .map(Option::name)
                            .min(Comparator.comparingInt(one -> distance(one, name)))
                            .orElse("--help")
                        + "?)"));
  }

  /** Characters that one word has and the other has not: enough to guess a typing error. */
  private static int distance(String a, String b) {
    int common = 0;
    StringBuilder left = new StringBuilder(b);
    for (int i = 0; i < a.length(); i++) {
      int at = left.indexOf(a.substring(i, i + 1));
      if (at >= 0) {
        left.deleteCharAt(at);
        common++;
      }
    }
    return a.length() + b.length() - 2 * common;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** All values of an option, in order. */
  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** The last value; null if the option is not there. */
  @Nullable String get(String name) {
    List<String> given = all(name);
    return given.isEmpty() ? null : given.get(given.size() - 1);
  }

  String get(String name, String absent) {
    String value = get(name);
    return value == null ? absent : value;
  }

  /**
   * A value made of its text; what is wrong with it becomes a usage error that names the option.
   */
  <T> T get(String name, T absent, Function<String, T> reader) {
    String value = get(name);
    if (value == null) {
      return absent;
    }
    try {
      return reader.apply(value);
    } catch (NumberFormatException e) {
      throw new UsageException(name + ": '" + value + "' (expected: a number)");
    } catch (IllegalArgumentException e) {
      throw new UsageException(name + ": " + e.getMessage());
    }
  }

  Duration duration(String name, Duration absent) {
    return get(name, absent, Units::duration);
  }

  /** A whole number within bounds. */
  int number(String name, int absent, int min, int max) {
    int value = get(name, absent, Integer::valueOf);
    if (value < min || value > max) {
      throw new UsageException(name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
    return value;
  }

  /** What is no option. */
  List<String> operands() {
    return List.copyOf(operands);
  }
}
