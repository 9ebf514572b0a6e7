package io.ghlrelay.conformance.junit;

import io.ghlrelay.conformance.report.Seconds;
import io.ghlrelay.conformance.report.TimelineText;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Assertions on a delivery. Each gives itself back, or throws a {@link TimelineAssertionError} with
 * the drawn timeline and the line that reproduces it. Confined to the test's thread.
 */
public final class DeliveryAssert {
  private final Delivery delivery;
  private final String reproduce;

  DeliveryAssert(Delivery delivery, String reproduce) {
    this.delivery = delivery;
    this.reproduce = reproduce;
  }

  /** The handler took it. */
  public DeliveryAssert delivered() {
    return check(delivery.state() == DeliveryState.DELIVERED, "delivered");
  }

  /** The handler took it at this attempt and at none before. */
  public DeliveryAssert deliveredOnAttempt(int number) {
    return check(
        delivery.state() == DeliveryState.DELIVERED && delivery.attempts().size() == number,
        "delivered on attempt " + number);
  }

  /** The platform has given it up for this reason. */
  public DeliveryAssert dead(DeadReason reason) {
    return check(
        delivery.state() == DeliveryState.DEAD && delivery.reason() == reason,
        "dead, " + reason.id());
  }

  /** It is neither delivered nor given up. */
  public DeliveryAssert pending() {
    return check(delivery.state() == DeliveryState.PENDING, "pending");
  }

  /** So many attempts were made. */
  public DeliveryAssert attempts(int count) {
    return check(delivery.attempts().size() == count, count + " attempts");
  }

  /** The attempts ended so, in order: statuses, or names of errors such as {@code timeout}. */
  public DeliveryAssert answers(Object... expected) {
    List<String> wanted = Arrays.stream(expected).map(String::valueOf).toList();
    List<String> seen =
        delivery.attempts().stream().map(attempt -> attempt.outcome().label()).toList();
    return check(seen.equals(wanted), "answers " + wanted + ", but they were " + seen);
  }

  /** The attempts were sent so long after the end of the first, to the millisecond. */
  public DeliveryAssert offsets(Duration... expected) {
    return check(
        delivery.offsets().equals(List.of(expected)),
        "attempts at "
            + list(List.of(expected))
            + " s, but they were at "
            + list(delivery.offsets())
            + " s");
  }

  /** Each attempt was sent when it was due. Always so in virtual time. */
  public DeliveryAssert withinSchedule() {
    return withinSchedule(Duration.ZERO);
  }

  /** Each attempt was sent when it was due, at most so much later. */
  public DeliveryAssert withinSchedule(Duration tolerance) {
    for (Attempt attempt : delivery.attempts()) {
      Duration drift = Duration.between(attempt.due(), attempt.sent());
      check(
          !drift.isNegative() && drift.compareTo(tolerance) <= 0,
          "attempt "
              + attempt.number()
              + " sent when due, within "
              + Seconds.text(tolerance)
              + ", but it was "
              + Seconds.text(drift)
              + " late");
    }
    return this;
  }

  /** The handler answered every attempt that reached it within this real time. */
  public DeliveryAssert answeredWithin(Duration limit) {
    for (Attempt attempt : delivery.attempts()) {
      check(
          attempt.took().compareTo(limit) <= 0,
          "every answer within "
              + Seconds.text(limit)
              + ", but attempt "
              + attempt.number()
              + " took "
              + Seconds.text(attempt.took()));
    }
    return this;
  }

  private DeliveryAssert check(boolean good, String expected) {
    if (!good) {
      throw new TimelineAssertionError(
          "expected: "
              + expected
              + "\n but was: "
              + TimelineText.outcome(delivery)
              + "\n\n"
              + TimelineText.of(delivery)
              + "\n"
              + reproduce);
    }
    return this;
  }

  private static String list(List<Duration> durations) {
    return durations.stream().map(Seconds::plain).collect(Collectors.joining(", "));
  }
}
