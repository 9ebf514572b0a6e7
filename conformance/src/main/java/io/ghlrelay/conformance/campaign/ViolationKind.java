package io.ghlrelay.conformance.campaign;

import java.util.Locale;

/** Promises that can be seen broken. */
public enum ViolationKind {
  /** An acknowledged event did not reach a target, nor is it dead by the target's own answers. */
  LOST("lost"),
  /** One event of the platform's became two of the relay's. */
  ADMITTED_TWICE("admitted twice"),
  /** An attempt came before it was due. */
  EARLY("early"),
  /** The relay's own record of an attempt contradicts the retry policy. */
  OFF_SCHEDULE("off schedule"),
  /** An attempt was late, and no reason is recorded. */
  LATE_WITHOUT_REASON("late without a reason"),
  /** Bytes, route or number of an attempt are not what they must be. */
  WRONG("wrong"),
  /** A forged event was taken. */
  FORGED("forged taken"),
  /** A genuine event got an answer that does not bring it back. */
  REFUSED("refused for good"),
  /** Something did not end for a long time though nothing hindered it. */
  STUCK("stuck"),
  /** Memory, threads or file descriptors out of bounds. */
  RESOURCES("resources"),
  /** The process ended by itself, or badly after SIGTERM. */
  EXIT("exit");

  private final String text;

  ViolationKind(String text) {
    this.text = text;
  }

  /** For people. */
  public String text() {
    return text;
  }

  /** For machines. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
