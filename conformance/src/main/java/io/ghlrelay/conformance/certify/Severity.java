package io.ghlrelay.conformance.certify;

import java.util.Locale;

/** How bad a finding is in production. */
public enum Severity {
  /** Events are lost, or strangers can send them. */
  CRITICAL(10),
  /** Events are lost or repeated in situations that will come. */
  MAJOR(5),
  /** It hurts some day. */
  MINOR(2);

  private final int weight;

  Severity(int weight) {
    this.weight = weight;
  }

  /** Its share of the score. */
  int weight() {
    return weight;
  }

  /** Its name in reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
