package io.ghlrelay.conformance.fault;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them: {@code 200ms 5s 25m 2h 3d}, {@code 64B 1KiB 2MiB}. */
public final class Units {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,10})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})(B|KiB|MiB)");

  /** Longer than any schedule; keeps sums far from overflow. */
  private static final long MAX_MILLIS = Duration.ofDays(36_500).toMillis();

  private Units() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none, or longer than 100 years
   */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      // At most 10 digits of days: no overflow.
      long millis = Math.multiplyExact(Long.parseLong(matcher.group(1)), factor(matcher.group(2)));
      if (millis <= MAX_MILLIS) {
        return Duration.ofMillis(millis);
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' (expected: a duration such as 200ms, 5s, 25m, 2h or 3d)");
  }

  /**
   * Reads a size in bytes.
   *
   * @throws IllegalArgumentException if it is none, or above 1 GiB
   */
  public static int size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (matcher.matches()) {
      long bytes = Long.parseLong(matcher.group(1)) * factor(matcher.group(2));
      if (bytes <= 1L << 30) {
        return (int) bytes;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' (expected: a size such as 64B, 1KiB or 2MiB, at most 1024MiB)");
  }

  /** Of a unit of time in milliseconds, of a unit of size in bytes. */
  private static long factor(String unit) {
    return switch (unit) {
      case "ms", "B" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      case "KiB" -> 1 << 10;
      case "MiB" -> 1 << 20;
      default -> throw new IllegalStateException("no such unit: " + unit);
    };
  }

  /** A duration in the greatest unit that divides it. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      long factor = factor(unit);
      if (millis != 0 && millis % factor == 0) {
        return millis / factor + unit;
      }
    }
    return millis + "ms";
  }

  /** A size in the greatest unit that divides it. */
  static String text(int bytes) {
    for (String unit : new String[] {"MiB", "KiB"}) {
      long factor = factor(unit);
      if (bytes != 0 && bytes % factor == 0) {
        return bytes / factor + unit;
      }
    }
    return bytes + "B";
  }
}
