package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.delivery.KeyOrder.Place;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One reading of what lies behind the frontier of a {@link KeyOrder}: goes over everything that is
 * pending, keeps the events admitted first, as many as fit, and reads their keys. In small steps,
 * so that the reader's threads serve others between them.
 *
 * <p>What becomes pending meanwhile may be missed by the reading, and what ends may still be found:
 * both are noted here on the loop.
 */
final class OrderScan {
  /** Due deliveries read in one step. */
  private static final int DUE_STEP = 4096;

  /** Events read in one step, each with its body where the key is in there. */
  private static final int KEY_STEP = 256;

  private final StoredQueue.Source source;
  private final Ordering ordering;
  private final EventId after;
  private final int room;
  private final Runnable done;
  private final Runnable failed;

  /** Used by the step that runs. */
  private final TreeSet<EventId> earliest = new TreeSet<>();

  private final List<Place> found = new ArrayList<>();
  private DuePosition position = DuePosition.START;
  private boolean moreBehind;
  private @Nullable Iterator<EventId> unread;

  /** Used by the loop. */
  private final List<Place> arrived = new ArrayList<>();

  private final Set<EventId> ended = new HashSet<>();
  private boolean invalid;

  /**
   * A scan, not yet begun.
   *
   * @param after the frontier
   * @param room how many fit, more than 0
   * @param done run on the loop at the end
   * @param failed run on the loop, with the failure logged, if the store could not be read
   */
  OrderScan(
      StoredQueue.Source source,
      Ordering ordering,
      EventId after,
      int room,
      Runnable done,
      Runnable failed) {
    this.source = source;
    this.ordering = ordering;
    this.after = after;
    this.room = room;
    this.done = done;
    this.failed = failed;
  }

  /** Begins. */
  void start() {
    source.reader().execute(this::step);
  }

  private void step() {
    try {
      if (unread == null) {
        readDue();
      } else {
        readKeys(unread);
      }
    } catch (RuntimeException e) {
      OrderedQueue.log.warn("Target {}: its order could not be read.", source.target(), e);
      source.loop().execute(failed);
      return;
    }
    if (unread != null && !unread.hasNext()) {
      source.loop().execute(done);
    } else {
      source.reader().execute(this::step);
    }
  }

  private void readDue() {
    List<Delivery> read = source.store().due(source.target(), position, DUE_STEP);
    for (Delivery delivery : read) {
      if (delivery.eventId().compareTo(after) > 0) {
        earliest.add(delivery.eventId());
        if (earliest.size() > room) {
          earliest.pollLast();
          moreBehind = true;
        }
      }
    }
    if (read.size() < DUE_STEP) {
      unread = earliest.iterator();
    } else {
      position = Pending.positionOf(read.get(read.size() - 1));
    }
  }

  private void readKeys(Iterator<EventId> ids) {
    for (int i = 0; i < KEY_STEP && ids.hasNext(); i++) {
      EventId id = ids.next();
      Optional<Event> event = source.store().event(id);
      if (event.isPresent()) { // else it has ended, and left the retention, meanwhile
        Long key = key(source.store(), ordering, event.get());
        if (key != null) {
          found.add(new Place(key, id));
        }
      }
    }
  }

  /** The key of an event in the store; reads its body where that holds it. */
  static @Nullable Long key(EventStore store, Ordering ordering, Event event) {
    return OrderingKey.of(
        ordering,
        event,
        () ->
            store
                .body(event.id())
                .orElseThrow(() -> new IllegalStateException("an event without its body")));
  }

  /** On the loop: a delivery behind the frontier has become pending. */
  void arrived(Place place) {
    ended.remove(place.id());
    if (arrived.size() < room) {
      arrived.add(place);
    } else {
      invalid = true;
    }
  }

  /** On the loop: a delivery behind the frontier is no longer pending. */
  void ended(EventId id) {
    ended.add(id);
  }

  /** On the loop: the frontier has moved back meanwhile, so that what is read does not join on. */
  void invalidate() {
    invalid = true;
  }

  /** On the loop, when done: whether it can be used; else all must be read again. */
  boolean usable() {
    return !invalid;
  }

  /** On the loop, when done: the new frontier; null = everything has been found. */
  @Nullable EventId frontier() {
    return moreBehind ? earliest.last() : null;
  }

  /** On the loop, when done: what is to be known up to the new frontier. */
  List<Place> places() {
    EventId end = frontier();
    List<Place> places = new ArrayList<>(found);
    places.addAll(arrived);
    places.removeIf(
        place -> ended.contains(place.id()) || (end != null && place.id().compareTo(end) > 0));
    return places;
  }
}
