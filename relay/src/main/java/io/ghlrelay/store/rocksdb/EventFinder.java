package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventFilter;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.rocksdb.Database.Column;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Lists events, newest first, by the index that fits the filters best. Thread-safe. */
final class EventFinder {
  /** Events that one page examines at most; a caller goes on with its cursor. */
  static final int MAX_EXAMINED = 10_000;

  private final State state;

  EventFinder(State state) {
    this.state = state;
  }

  EventPage find(Database db, EventQuery query) throws RocksDBException {
    if (query.webhookId() != null) {
      return fromIds(db, query, newestFirst(state.duplicates().find(query.webhookId()), query));
    }
    if (query.unrouted()) {
      return fromIds(db, query, indexed(db, List.of(Keys.UNROUTED), query));
    }
    if (query.state() == DeliveryState.DEAD) {
      return fromIds(db, query, indexed(db, numbers(query), query));
    }
    return scan(db, query);
  }

  private Collection<Integer> numbers(EventQuery query) {
    if (query.target() == null) {
      return state.targets().all().values();
    }
    Integer number = state.targets().id(query.target());
    return number == null ? List.of() : List.of(number);
  }

  private static NavigableSet<EventId> newestFirst(Collection<EventId> ids, EventQuery query) {
    TreeSet<EventId> sorted = new TreeSet<>(Comparator.reverseOrder());
    for (EventId id : ids) {
      if (query.cursor() == null || id.compareTo(query.cursor()) < 0) {
        sorted.add(id);
      }
    }
    return sorted;
  }

  /**
   * The newest ids behind the cursor in some rows of the dead index, up to what a page examines.
   */
  private static NavigableSet<EventId> indexed(
      Database db, Collection<Integer> numbers, EventQuery query) throws RocksDBException {
    TreeSet<EventId> newest = new TreeSet<>(Comparator.reverseOrder());
    try (RocksIterator it = db.iterator(Column.DEAD)) {
      for (int number : numbers) {
        byte[] prefix = Keys.number(number);
        EventId before = query.cursor() != null ? query.cursor() : new EventId(-1, -1);
        int taken = 0;
        for (seekBefore(it, Keys.dead(number, before));
            it.isValid() && taken < MAX_EXAMINED && Keys.startsWith(it.key(), prefix);
            it.prev()) {
          newest.add(EventId.fromBytes(it.key(), prefix.length));
          taken++;
        }
        it.status();
      }
    }
    return newest;
  }

  private static void seekBefore(RocksIterator it, byte[] key) {
    it.seekForPrev(key);
    if (it.isValid() && Arrays.equals(it.key(), key)) {
      it.prev();
    }
  }

  private EventPage fromIds(Database db, EventQuery query, NavigableSet<EventId> ids)
      throws RocksDBException {
    Page page = new Page(query);
    for (EventId id : ids) {
      byte[] bytes = db.get(Column.EVENTS, id.toBytes());
      if (bytes != null && !page.offer(db, Records.event(id, bytes))) {
        return page.done(id);
      }
    }
    return page.done(null);
  }

  private EventPage scan(Database db, EventQuery query) throws RocksDBException {
    Page page = new Page(query);
    try (RocksIterator it = db.iterator(Column.EVENTS)) {
      if (query.cursor() != null) {
        seekBefore(it, query.cursor().toBytes());
      } else if (query.to() != null) {
        it.seekForPrev(EventId.lowest(query.to().plusSeconds(1)).toBytes());
      } else {
        it.seekToLast();
      }
      for (; it.isValid(); it.prev()) {
        EventId id = EventId.fromBytes(it.key(), 0);
        if (query.from() != null && id.time().isBefore(query.from().minusSeconds(1))) {
          return page.done(null); // ids follow the time of receipt closely
        }
        if (!page.offer(db, Records.event(id, it.value()))) {
          return page.done(id);
        }
      }
      it.status();
    }
    return page.done(null);
  }

  /** An event's deliveries as they stand now, by the names of their targets. */
  static SortedMap<String, Delivery> deliveries(
      Database db, Targets targets, Records.Admitted admitted) throws RocksDBException {
    EventId id = admitted.event().id();
    SortedMap<String, Delivery> deliveries = new TreeMap<>();
    for (Records.Routed routed : admitted.routed()) {
      String target = targets.name(routed.target());
      deliveries.put(
          target, Delivery.first(id, target, routed.route(), admitted.event().receivedAt()));
    }
    byte[] prefix = id.toBytes();
    try (RocksIterator it = db.iterator(Column.STEPS)) {
      // in order, so the last step of each delivery is what counts
      for (it.seek(prefix); it.isValid() && Keys.startsWith(it.key(), prefix); it.next()) {
        String target = targets.name(ByteBuffer.wrap(it.key()).getInt(prefix.length));
        deliveries.put(target, Records.deliveryOf(id, target, it.value()));
      }
      it.status();
    }
    return deliveries;
  }

  /** A page being filled. */
  private final class Page {
    private final EventFilter filter;
    private final int limit;
    private final List<EventPage.Item> items = new ArrayList<>();
    private int examined;

    Page(EventQuery query) {
      this.filter = new EventFilter(query);
      this.limit = query.limit();
    }

    /** Takes the event if it fits; false = the page ends with it. */
    boolean offer(Database db, Records.Admitted admitted) throws RocksDBException {
      examined++;
      if (filter.fits(admitted.event())) {
        List<Delivery> deliveries = List.copyOf(deliveries(db, state.targets(), admitted).values());
        if (filter.fits(deliveries)) {
          items.add(new EventPage.Item(admitted.event(), deliveries));
        }
      }
      return items.size() < limit && examined < MAX_EXAMINED;
    }

    EventPage done(@Nullable EventId next) {
      return new EventPage(items, next);
    }
  }
}
