package io.ghlrelay.config;

import io.ghlrelay.config.FlowConfig.Breaker;
import io.ghlrelay.config.FlowConfig.CatchUp;
import io.ghlrelay.config.FlowConfig.Ordering;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Reads {@code ordering}, {@code breaker} and {@code catchUp} of a target. */
final class FlowReader {
  private static final int MAX_WINDOW = 10_000;
  private static final int MAX_TRIALS = 100;

  private FlowReader() {}

  static FlowConfig read(Section target, int concurrency) {
    Ordering ordering = target.read("ordering", Ordering.NONE, FlowReader::ordering);
    Breaker breaker = target.has("breaker") ? breaker(target.section("breaker")) : null;
    return new FlowConfig(ordering, breaker, catchUp(target.section("catchUp"), concurrency));
  }

  private static Ordering ordering(String text) {
    for (Ordering ordering : Ordering.values()) {
      if (ordering.id().equals(text)) {
        return ordering;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' (expected: "
            + Arrays.stream(Ordering.values()).map(Ordering::id).collect(Collectors.joining(", "))
            + ")");
  }

  private static Breaker breaker(Section section) {
    double rate = section.read("failureRate", 50.0, FlowReader::percent);
    int window = section.integer("window", 20, 1, MAX_WINDOW);
    int minCalls = section.integer("minCalls", Math.min(10, window), 1, window);
    Duration openFor =
        section.duration(
            "openFor", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofHours(1));
    int trials = section.integer("trials", 3, 1, MAX_TRIALS);
    section.end();
    return new Breaker(rate, window, minCalls, openFor, trials);
  }

  private static double percent(String text) {
    String number = text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : "";
    double percent;
    try {
      percent = Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' (expected: a share such as 50%)", e);
    }
    if (!(percent >= 1 && percent <= 100)) {
      throw new IllegalArgumentException(text + " (expected: 1%..100%)");
    }
    return percent;
  }

  private static CatchUp catchUp(Section section, int concurrency) {
    CatchUp usual = FlowConfig.DEFAULT.catchUp();
    int from = section.integer("from", usual.from(), 1, concurrency);
    Duration over = section.duration("over", usual.over(), Duration.ZERO, Duration.ofHours(1));
    section.end();
    return new CatchUp(from, over);
  }
}
