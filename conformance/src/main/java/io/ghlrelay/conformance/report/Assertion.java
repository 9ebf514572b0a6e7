package io.ghlrelay.conformance.report;

import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that must hold of a delivery, as text: {@code delivered}, {@code dead}, {@code
 * dead=exhausted}, {@code pending}, {@code attempts<=3}, {@code took<500ms} (each real answer),
 * {@code offset<=30m} (the last attempt after the first), with {@code < <= == >= >}. Immutable.
 *
 * @param text as it was written
 * @param holds whether it does
 */
public record Assertion(String text, Predicate<Delivery> holds) {
  private static final Pattern COMPARISON =
      Pattern.compile("(attempts|took|offset)\\s*(<=|>=|==|<|>)\\s*(\\S+)");

  /**
   * Reads an assertion.
   *
   * @throws IllegalArgumentException if it cannot be read; the message says what can
   */
  public static Assertion parse(String text) {
    String given = text.strip();
    Matcher matcher = COMPARISON.matcher(given);
    if (matcher.matches()) {
      return new Assertion(given, comparison(matcher));
    }
    if (given.equals("delivered") || given.equals("dead") || given.equals("pending")) {
      return new Assertion(given, delivery -> delivery.state().id().equals(given));
    }
    for (DeadReason reason : DeadReason.values()) {
      if (given.equals("dead=" + reason.id())) {
        return new Assertion(given, delivery -> delivery.reason() == reason);
      }
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' (expected: delivered, dead, dead=exhausted, dead=rejected, dead=paused, pending,"
            + " or attempts, took, offset with < <= == >= > and a value)");
  }

  private static Predicate<Delivery> comparison(Matcher matcher) {
    String operator = matcher.group(2);
    String value = matcher.group(3);
    switch (matcher.group(1)) {
      case "attempts" -> {
        if (!value.matches("[0-9]{1,6}")) {
          throw new IllegalArgumentException("'" + value + "' (expected: a whole number)");
        }
        int count = Integer.parseInt(value);
        return delivery -> is(Integer.compare(delivery.attempts().size(), count), operator);
      }
      case "took" -> {
        Duration limit = Units.duration(value);
        return delivery ->
            delivery.attempts().stream()
                .map(Attempt::took)
                .allMatch(took -> is(took.compareTo(limit), operator));
      }
      default -> {
        Duration limit = Units.duration(value);
        return delivery -> {
          List<Duration> offsets = delivery.offsets();
          Duration last = offsets.isEmpty() ? Duration.ZERO : offsets.get(offsets.size() - 1);
          return is(last.compareTo(limit), operator);
        };
      }
    }
  }

  private static boolean is(int comparison, String operator) {
    return switch (operator) {
      case "<" -> comparison < 0;
      case "<=" -> comparison <= 0;
      case "==" -> comparison == 0;
      case ">=" -> comparison >= 0;
      default -> comparison > 0;
    };
  }

  /** What is wrong with a delivery by the first of these that does not hold; empty = nothing. */
  public static Optional<String> firstBroken(List<Assertion> assertions, Delivery delivery) {
    return assertions.stream()
        .filter(assertion -> !assertion.holds().test(delivery))
        .findFirst()
        .map(
            assertion ->
                "expected: " + assertion.text() + ", but was: " + TimelineText.outcome(delivery));
  }
}
