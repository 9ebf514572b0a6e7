package io.ghlrelay.conformance.report;

import io.ghlrelay.conformance.schedule.Plan;
import java.time.Duration;
import java.util.List;

/** A schedule as a table with a drawing. Stateless. */
public final class PlanText {
  private PlanText() {}

  /** A line for each attempt. */
  public static String of(Plan plan) {
    List<Duration> offsets = plan.offsets();
    Duration end = offsets.get(offsets.size() - 1);
    StringBuilder out =
        new StringBuilder("%7s  %12s  %12s%n".formatted("attempt", "after s", "gap s"));
    for (int i = 0; i < offsets.size(); i++) {
      out.append(
          "%7d  %12s  %12s  %s%n"
              .formatted(
                  i + 1,
                  Seconds.plain(offsets.get(i)),
                  i == 0 ? "" : Seconds.plain(offsets.get(i).minus(offsets.get(i - 1))),
                  TimelineText.mark(offsets.get(i), end, "o")));
    }
    return out.toString();
  }
}
