package io.ghlrelay.conformance.payload;

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

  /** Its name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
