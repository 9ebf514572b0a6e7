package io.ghlrelay.delivery;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The head of one target's due order, held in memory, so that a million pending deliveries cost no
 * more heap than a few thousand. Confined to the dispatcher's loop.
 *
 * <p>Invariant: every delivery that the store holds as pending at or before the <em>horizon</em> is
 * either in this window or busy (in flight, or its outcome being recorded). What lies beyond the
 * horizon stays in the store alone until a refill moves the horizon on. A null horizon means that
 * the window holds everything.
 *
 * <p>A refill reads the store on another thread, so deliveries that become pending meanwhile beyond
 * the old horizon may or may not be in what it read. They are set aside and weighed against the new
 * horizon when it arrives; a delivery found by both ways is the same entry. What was settled
 * meanwhile may have been read as it was before, so that entry does not count.
 */
final class DueWindow {
  private final int capacity;
  private final BodyBudget bodies;
  private final TreeMap<DuePosition, Pending> entries = new TreeMap<>();
  private final Set<EventId> busy = new HashSet<>();
  private final TreeMap<DuePosition, Pending> arrivedDuringRefill = new TreeMap<>();
  private final Set<EventId> settledDuringRefill = new HashSet<>();
  private @Nullable DuePosition horizon = DuePosition.START;
  private @Nullable DuePosition refillStart;
  private boolean arrivalsLeftOut;

  /**
   * An empty window over a store of unknown content.
   *
   * @param capacity most deliveries held
   * @param bodies how many body bytes may be held beside them, shared with other windows
   */
  DueWindow(int capacity, BodyBudget bodies) {
    this.capacity = capacity;
    this.bodies = bodies;
  }

  /** A delivery has become pending in the store: admitted, to be retried, or replayed. */
  void add(Pending pending) {
    DuePosition position = pending.position();
    if (busy.contains(position.eventId())) {
      return; // a refill found it first, and it is being attempted already
    }
    if (horizon == null || position.compareTo(horizon) <= 0) {
      hold(position, pending);
      trim();
    } else if (refillStart != null) {
      if (arrivedDuringRefill.size() < capacity) {
        arrivedDuringRefill.put(position, new Pending(pending.delivery(), null));
      } else {
        arrivalsLeftOut = true;
      }
    }
  }

  /** The earliest delivery, or null. */
  @Nullable Instant earliestDue() {
    return entries.isEmpty() ? null : entries.firstKey().due();
  }

  /** Takes the earliest delivery that is due; it is busy until {@link #settled}. Null if none. */
  @Nullable Pending takeDue(Instant now) {
    Map.Entry<DuePosition, Pending> first = entries.firstEntry();
    if (first == null || first.getKey().due().isAfter(now)) {
      return null;
    }
    entries.remove(first.getKey());
    release(first.getValue());
    busy.add(first.getKey().eventId());
    return first.getValue();
  }

  /** The outcome of a busy delivery is recorded; if pending again, {@link #add} it after this. */
  void settled(EventId eventId) {
    busy.remove(eventId);
    if (refillStart != null) {
      settledDuringRefill.add(eventId);
    }
  }

  /** Deliveries in flight or being recorded. */
  int busyCount() {
    return busy.size();
  }

  /** Deliveries held. */
  int size() {
    return entries.size();
  }

  /** Whether the store should be read on from {@link #refillFrom}. */
  boolean wantsRefill() {
    return horizon != null && refillStart == null && entries.size() <= capacity / 4;
  }

  /** Begins a refill: the store is to be read after this place, {@link #refillSize} at most. */
  DuePosition refillFrom() {
    if (horizon == null || refillStart != null) {
      throw new IllegalStateException("no refill wanted");
    }
    refillStart = horizon;
    return horizon;
  }

  /** How much one refill reads. */
  int refillSize() {
    return capacity / 2;
  }

  /** Ends a refill with what was read. */
  void refilled(List<Delivery> read) {
    boolean stale = refillStart == null || !refillStart.equals(horizon) || arrivalsLeftOut;
    if (stale) {
      // The window was trimmed below where the reading began, or could not note all that came
      // meanwhile: what was read no longer joins on. Read again.
      refillFailed();
      return;
    }
    refillStart = null;
    horizon = read.size() < refillSize() ? null : Pending.positionOf(read.get(read.size() - 1));
    for (Delivery delivery : read) {
      if (!busy.contains(delivery.eventId()) && !settledDuringRefill.contains(delivery.eventId())) {
        entries.putIfAbsent(Pending.positionOf(delivery), new Pending(delivery, null));
      }
    }
    settledDuringRefill.clear();
    List<Pending> arrived = new ArrayList<>(arrivedDuringRefill.values());
    arrivedDuringRefill.clear();
    arrived.forEach(this::add);
    trim();
  }

  /** Forgets all but what is busy: the store is to be read from its beginning. */
  void reread() {
    entries.values().forEach(this::release);
    entries.clear();
    horizon = DuePosition.START;
    arrivalsLeftOut = refillStart != null; // what is being read now may be older
  }

  /** Ends a refill that could not be read or used; it is wanted again. */
  void refillFailed() {
    refillStart = null;
    arrivalsLeftOut = false;
    settledDuringRefill.clear();
    // Nothing beyond the horizon was promised, so what was set aside may stay in the store.
    arrivedDuringRefill.clear();
  }

  /** Keeps the head and leaves the rest to the store, which holds all of it. */
  private void trim() {
    while (entries.size() > capacity) {
      release(entries.pollLastEntry().getValue());
      horizon = entries.lastKey();
    }
  }

  private void hold(DuePosition position, Pending pending) {
    Pending.Content content = pending.content();
    boolean kept = content == null || bodies.take(content.body().length);
    Pending replaced =
        entries.put(position, kept ? pending : new Pending(pending.delivery(), null));
    if (replaced != null) {
      release(replaced);
    }
  }

  private void release(Pending pending) {
    Pending.Content content = pending.content();
    if (content != null) {
      bodies.give(content.body().length);
    }
  }
}
