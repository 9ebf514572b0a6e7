package io.ghlrelay.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations ({@code 10s}, {@code 5m}, {@code PT10S}) and sizes ({@code 64KiB}). */
public final class Units {
  private static final Pattern SHORT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");
  private static final Map<String, Long> SIZES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private Units() {}

  /**
   * A duration, not negative.
   *
   * @throws IllegalArgumentException if it is none, saying what is expected
   */
  public static Duration duration(String text) {
    Matcher matcher = SHORT.matcher(text);
    try {
      if (matcher.matches()) {
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
      }
      Duration iso = Duration.parse(text);
      if (!iso.isNegative()) {
        return iso;
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(notDuration(text), e);
    }
    throw new IllegalArgumentException(notDuration(text));
  }

  private static String notDuration(String text) {
    return "'" + text + "' is not a duration (expected: 500ms, 10s, 5m, 2h, 7d or ISO 8601)";
  }

  /**
   * A size in bytes.
   *
   * @throws IllegalArgumentException if it is none, saying what is expected
   */
  public static long size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size (expected: 512B, 64KiB, 1MiB or 2GiB)");
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), SIZES.getOrDefault(unit, 1L));
  }

  /** The short form of a duration, for tables and messages. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis < 1000
          ? millis + "ms"
          : millis / 1000 + "." + "%03d".formatted(millis % 1000) + "s";
    }
    long seconds = millis / 1000;
    if (seconds != 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds != 0 && seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds != 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
