package io.ghlrelay.store;

import java.time.Instant;

/**
 * A place in a target's due order: by due instant, then by event id. Immutable.
 *
 * @param due when due, microsecond precision
 * @param eventId the event
 */
public record DuePosition(Instant due, EventId eventId) implements Comparable<DuePosition> {

  /** Before every delivery. */
  public static final DuePosition START = new DuePosition(Instant.EPOCH, new EventId(0, 0));

  @Override
  public int compareTo(DuePosition other) {
    int byDue = due.compareTo(other.due);
    return byDue != 0 ? byDue : eventId.compareTo(other.eventId);
  }
}
