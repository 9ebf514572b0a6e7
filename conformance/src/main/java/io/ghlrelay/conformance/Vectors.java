package io.ghlrelay.conformance;

import java.io.InputStream;

/** Where the golden vectors are. Their format is described in the README beside them. */
public final class Vectors {
  /** When retries are due: policy, timeline, jitter and outcomes to offsets. */
  public static final String SCHEDULE = "schedule.json";

  /** What each policy makes of each status and transport error. */
  public static final String OUTCOMES = "outcomes.json";

  /** What is read of a body. */
  public static final String ENVELOPES = "envelopes.json";

  /** Which signatures are genuine. */
  public static final String SIGNATURES = "signatures.json";

  private Vectors() {}

  /**
   * Opens one of the files above; the caller closes it.
   *
   * @throws IllegalArgumentException if there is no such file
   */
  public static InputStream open(String name) {
    InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name);
    if (in == null) {
      throw new IllegalArgumentException("vectors: " + name + " (expected: one of this class)");
    }
    return in;
  }
}
