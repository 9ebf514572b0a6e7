package io.ghlrelay.conformance.junit;

/** An assertion on a delivery failed; the message holds its timeline and what brings it back. */
public final class TimelineAssertionError extends AssertionError {
  private static final long serialVersionUID = 1L;

  TimelineAssertionError(String message) {
    super(message);
  }
}
