package io.ghlrelay.conformance.payload;

import java.util.Arrays;
import java.util.Locale;

/** How a body is written. Each is valid JSON of the same event. */
public enum BodyStyle {
  /** As {@code JSON.stringify} prints it: what the platform is seen to send. */
  PLAIN,
  /**
   * With odd white space, escapes, numbers and order of members: whoever parses it and writes it
   * anew before checking the signature gets other bytes.
   */
  HARD,
  /** One of the two, drawn for each event. */
  MIXED;

  /**
   * The style of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static BodyStyle parse(String id) {
    return Arrays.stream(values())
        .filter(style -> style.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("style: " + id + " (expected: plain, hard or mixed)"));
  }

  /** Its name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
