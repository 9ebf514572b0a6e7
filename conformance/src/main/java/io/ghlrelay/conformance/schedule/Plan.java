package io.ghlrelay.conformance.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole schedule of an event that nobody ever takes.
 *
 * @param offsets when each attempt is due, from the end of the first, which is 0
 */
public record Plan(List<Duration> offsets) {
  /** Copies the list. */
  public Plan {
    offsets = List.copyOf(offsets);
  }

  /** The plan of a rule set, for answers that come at once. */
  public static Plan of(RetryRules rules, JitterDraw jitter) {
    Outcome always =
        rules.statuses().stream()
            .sorted()
            .findFirst()
            .map(Outcome::answered)
            .orElse(Outcome.failed(TransportError.TIMEOUT));
    RetrySeries series = new RetrySeries(rules, jitter);
    List<Duration> offsets = new ArrayList<>(List.of(Duration.ZERO));
    Instant at = Instant.EPOCH;
    while (series.after(at, at, always) instanceof Decision.Retry retry) {
      at = retry.due();
      offsets.add(Duration.between(Instant.EPOCH, at));
    }
    return new Plan(offsets);
  }
}
