package io.ghlrelay.delivery;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.EventId;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pending deliveries of one target, in the order they are due: a part in memory, the rest in
 * the store. Confined to the dispatcher's loop.
 */
interface DueQueue {

  /** A delivery has become pending in the store: admitted, or replayed. */
  void add(Pending pending);

  /** When the first is due, as far as is known; null if none. */
  @Nullable Instant earliestDue();

  /**
   * Takes the earliest that is due and may be attempted; it is busy until {@link #settled}. Null if
   * none.
   */
  @Nullable Pending takeDue(Instant now);

  /** The outcome of a busy delivery is recorded; if it is pending, it waits here again. */
  void settled(Delivery after);

  /** These events are gone from the store. One that is busy stays so until it is settled. */
  void forget(Set<EventId> events);

  /**
   * The store may hold what nobody has told of: reads all of it anew, but for what is busy.
   *
   * @return false if that takes a new queue
   */
  boolean rewind();

  /** Deliveries in flight or being recorded. */
  int busyCount();

  /** Whether more may be due than is known now, since the store is still to be read. */
  boolean reading();

  /** Reads on in the store where little is left in memory. */
  void readOn();

  /** Lets go of what it holds; nothing is asked of it any more. */
  void close();
}
