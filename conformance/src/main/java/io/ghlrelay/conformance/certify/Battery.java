package io.ghlrelay.conformance.certify;

import java.util.List;
import java.util.stream.Stream;

/** All checks, in the order run. Stateless. */
public final class Battery {
  private Battery() {}

  /** Every check. */
  public static List<Check> all() {
    return Stream.of(AcceptanceChecks.all(), ForgeryChecks.all(), RobustnessChecks.all())
        .flatMap(List::stream)
        .toList();
  }
}
