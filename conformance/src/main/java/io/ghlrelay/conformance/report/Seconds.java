package io.ghlrelay.conformance.report;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as people read them in a schedule: seconds, to the millisecond. */
public final class Seconds {
  private Seconds() {}

  /** For example {@code 2563} or {@code 3.25}, without a unit. */
  public static String plain(Duration duration) {
    BigDecimal seconds = BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros();
    return (seconds.scale() < 0 ? seconds.setScale(0) : seconds).toPlainString();
  }

  /** For example {@code 43 s}. */
  public static String text(Duration duration) {
    return plain(duration) + " s";
  }
}
