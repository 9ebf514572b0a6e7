package io.ghlrelay.delivery;

import io.ghlrelay.store.EventId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which pending delivery of each key is the first: the one whose event was admitted first, so has
 * the least id. Only that one may be attempted, and none while another of its key is being
 * attempted. Pure memory, no I/O. Confined to the dispatcher's loop.
 *
 * <p>Bounded by the <em>frontier</em>: every pending delivery with a key and an id up to it is
 * known here; those behind it are not, and none of them is attempted before the frontier has moved
 * on. So what is known is a beginning of the order of admission, and a beginning is all that
 * deciding takes. A null frontier means that every one is known. An entry takes some 150 bytes.
 */
final class KeyOrder {
  /** Of a full order, this share stays when room is made, so that it is not made each time. */
  private static final double KEPT = 0.75;

  private static final Comparator<Place> BY_KEY =
      Comparator.comparingLong(Place::key).thenComparing(Place::id);

  private static final EventId LEAST = new EventId(0, 0);

  private final int capacity;
  private final TreeMap<EventId, Place> byId = new TreeMap<>();
  private final TreeSet<Place> byKey = new TreeSet<>(BY_KEY);
  private final Map<EventId, Long> busy = new HashMap<>();
  private final Set<Long> busyKeys = new HashSet<>();
  private @Nullable EventId frontier = LEAST;

  /**
   * A pending delivery that has a key.
   *
   * @param key its key
   * @param id its event
   */
  record Place(long key, EventId id) {}

  /** An order that knows of nothing yet. */
  KeyOrder(int capacity) {
    this.capacity = capacity;
  }

  /** Whether an event lies within what is known. */
  boolean covers(EventId id) {
    return frontier == null || id.compareTo(frontier) <= 0;
  }

  /** Up to where everything is known; null = everything is. */
  @Nullable EventId frontier() {
    return frontier;
  }

  /** Moves the frontier, after {@link #add} of everything up to it. */
  void advance(@Nullable EventId newFrontier) {
    frontier = newFrontier;
  }

  /** How many more fit. */
  int room() {
    return capacity - byId.size();
  }

  /** Whether more should be read: there is more, and little is left. */
  boolean wantsMore() {
    return frontier != null && byId.size() <= capacity / 4;
  }

  /** Deliveries known. */
  int size() {
    return byId.size();
  }

  boolean contains(EventId id) {
    return byId.containsKey(id);
  }

  /** Adds a pending delivery; nothing changes if it is there. */
  void add(Place place) {
    if (byId.putIfAbsent(place.id(), place) == null) {
      byKey.add(place);
    }
  }

  /**
   * Makes room where too many are known: forgets the last, which are in the store.
   *
   * @return whether the frontier moved back
   */
  boolean shrink() {
    if (byId.size() <= capacity) {
      return false;
    }
    while (byId.size() > capacity * KEPT) {
      byKey.remove(byId.pollLastEntry().getValue());
    }
    frontier = byId.lastKey();
    return true;
  }

  /** Removes what is no longer pending; its key, or null if it is not known. */
  @Nullable Long remove(EventId id) {
    Place place = byId.remove(id);
    if (place == null) {
      return null;
    }
    byKey.remove(place);
    return place.key();
  }

  /** Whether an attempt may start now. What is not known here has no key. */
  boolean mayStart(EventId id) {
    Place place = byId.get(id);
    return place == null || (id.equals(head(place.key())) && !busyKeys.contains(place.key()));
  }

  /** An attempt starts. */
  void start(EventId id) {
    Place place = byId.get(id);
    if (place != null) {
      busy.put(id, place.key());
      busyKeys.add(place.key());
    }
  }

  /** An attempt has ended; its key is free again. Null if the delivery has no key. */
  @Nullable Long end(EventId id) {
    Long key = busy.remove(id);
    if (key != null) {
      busyKeys.remove(key);
    }
    return key;
  }

  boolean isBusy(EventId id) {
    return busy.containsKey(id);
  }

  /**
   * The delivery of a key that is to be attempted next; null if none, or one is being attempted.
   */
  @Nullable EventId next(long key) {
    return busyKeys.contains(key) ? null : head(key);
  }

  private @Nullable EventId head(long key) {
    Place first = byKey.ceiling(new Place(key, LEAST));
    return first != null && first.key() == key ? first.id() : null;
  }
}
