package io.ghlrelay.conformance.report;

import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import java.time.Duration;
import java.util.List;

/** A delivery's timeline, drawn as text. Stateless. */
public final class TimelineText {
  private static final int WIDTH = 40;
  private static final String LINE = "%3s  %12s  %12s  %-12s %s%n";

  private TimelineText() {}

  /**
   * The attempts, planned against real, a line each, with the outcome; what is planned further as
   * if the endpoint never took it.
   */
  public static String of(Delivery delivery) {
    List<Attempt> attempts = delivery.attempts();
    List<Duration> offsets = delivery.offsets();
    List<Duration> plan = delivery.plan().offsets();
    Duration end = plan.get(plan.size() - 1);
    if (!offsets.isEmpty() && offsets.get(offsets.size() - 1).compareTo(end) > 0) {
      end = offsets.get(offsets.size() - 1);
    }
    StringBuilder out = new StringBuilder();
    out.append("%s -> %s%n".formatted(delivery.event(), delivery.target()));
    Duration jitter = delivery.jitter();
    out.append(
        "profile %s (%s), %sseed %d: %s%n"
            .formatted(
                delivery.profile().name(),
                delivery.profile().rules().timeline().id(),
                jitter == null ? "" : "jitter " + Seconds.text(jitter) + ", ",
                delivery.seed(),
                outcome(delivery)));
    out.append(
        LINE.formatted(
            "#",
            "planned s",
            "sent s",
            "answer",
            "0 s " + "-".repeat(WIDTH - 4) + " " + Seconds.text(end)));
    int scheduled = 0;
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      String planned =
          attempt.manual()
              ? "resend"
              : scheduled == 0
                  ? "0"
                  : Seconds.plain(Duration.between(attempts.get(0).ended(), attempt.due()));
      scheduled += attempt.manual() ? 0 : 1;
      out.append(
          LINE.formatted(
              attempt.number(),
              planned,
              Seconds.plain(offsets.get(i)),
              attempt.outcome().label() + (attempt.fault() == null ? "" : " *"),
              mark(offsets.get(i), end, attempt.outcome().delivered() ? "O" : "x")));
    }
    if (delivery.state() == DeliveryState.PENDING) {
      for (int i = scheduled; i < plan.size(); i++) {
        out.append(
            LINE.formatted(
                i + 1, Seconds.plain(plan.get(i)), "", "planned", mark(plan.get(i), end, ".")));
      }
    }
    attempts.stream()
        .filter(attempt -> attempt.fault() != null)
        .map(attempt -> "  * attempt " + attempt.number() + ": " + attempt.fault() + "\n")
        .forEach(out::append);
    return out.toString().replaceAll("(?m) +$", "");
  }

  /** One line on where a delivery stands. */
  public static String outcome(Delivery delivery) {
    int attempts = delivery.attempts().size();
    String count = attempts + (attempts == 1 ? " attempt" : " attempts");
    DeadReason reason = delivery.reason();
    return switch (delivery.state()) {
      case PENDING -> "pending after " + count;
      case DELIVERED -> "delivered after " + count;
      case DEAD -> "dead, " + (reason == null ? "" : reason.id()) + ", after " + count;
    };
  }

  /** A mark on an axis that stretches the start: backoffs double. */
  static String mark(Duration at, Duration end, String mark) {
    double scale = Math.log1p(Math.max(1, end.toMillis() / 1000.0));
    double position = Math.log1p(at.toMillis() / 1000.0) / scale;
    return " ".repeat((int) Math.round(position * (WIDTH - 1))) + mark;
  }
}
