package io.ghlrelay.conformance.schedule;

import java.util.Locale;

/** Why an event was given up. */
public enum DeadReason {
  /** The answer is none that is tried again. */
  REJECTED,
  /** No retry is left, or the next would come too late. */
  EXHAUSTED,
  /** The platform has paused the URL. */
  PAUSED;

  /** Its name in reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
