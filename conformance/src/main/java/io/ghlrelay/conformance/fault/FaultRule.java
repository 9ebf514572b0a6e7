package io.ghlrelay.conformance.fault;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What happens to some requests.
 *
 * @param when to which
 * @param percent to how many of them, by chance, 1..100
 * @param faults what; empty = nothing, which hides the rules below
 */
public record FaultRule(When when, int percent, List<Fault> faults) {
  /** Copies the list. */
  public FaultRule {
    faults = List.copyOf(faults);
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException("'" + percent + "%' (expected: 1% to 100%)");
    }
  }

  /** In the grammar of {@link FaultScript}. */
  @Override
  public String toString() {
    return when
        + (percent == 100 ? "" : " " + percent + "%")
        + ": "
        + (faults.isEmpty()
            ? "ok"
            : faults.stream().map(Fault::toString).collect(Collectors.joining(", ")));
  }
}
