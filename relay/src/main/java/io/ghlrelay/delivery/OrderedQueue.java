package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.delivery.KeyOrder.Place;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue in which the deliveries of one key go one after the other, by the order of admission: the
 * next waits until the one before it is delivered or dead, over retries and restarts. Other keys,
 * and events without a key, flow. Confined to the dispatcher's loop.
 *
 * <p>Only deliveries that may be attempted stand in the window, so those that wait cannot fill it.
 * One that waits is an entry of the {@link KeyOrder}, and beside it, while there is room, kept with
 * its body in {@link #parked}; else it is read from the store when its turn comes.
 *
 * <p>Invariant: the first delivery of a key that is not being attempted is in the window, or behind
 * the window's horizon, where a refill holds it, or being read by {@link #fetch}.
 */
final class OrderedQueue implements DueQueue {
  /** Deliveries that are known by key: some 20 MB at most. What came later is read when due. */
  static final int KNOWN = 1 << 17;

  /** Waiting deliveries that are kept in memory. */
  private static final int PARKED = 8192;

  static final Logger log = LoggerFactory.getLogger(OrderedQueue.class);

  private final StoredQueue.Source source;
  private final Ordering ordering;
  private final Runnable changed;
  private final KeyOrder order;
  private final StoredQueue head;
  private final Map<EventId, Pending> parked = new HashMap<>();

  /** What is being read, by a number for each reading: an older reading tells of older days. */
  private final Map<EventId, Long> fetching = new HashMap<>();

  private long fetches;
  private @Nullable OrderScan scan;
  private boolean scanned;
  private boolean closed;

  /**
   * A queue that reads its deliveries when first told to {@link #readOn}.
   *
   * @param known deliveries known by key at most
   * @param changed told, on the loop, when something has been read
   */
  OrderedQueue(StoredQueue.Source source, Ordering ordering, int known, Runnable changed) {
    this.source = source;
    this.ordering = ordering;
    this.changed = changed;
    this.order = new KeyOrder(known);
    this.head = new StoredQueue(source, this::belongsInWindow, changed);
  }

  private boolean belongsInWindow(Delivery read) {
    EventId id = read.eventId();
    return order.covers(id) && order.mayStart(id) && !fetching.containsKey(id);
  }

  @Override
  public void add(Pending pending) {
    Pending.Content content = pending.content();
    if (content == null) {
      fetch(pending.delivery().eventId()); // replayed: its key is in the store
    } else {
      add(pending, OrderingKey.of(ordering, content.event(), content::body));
    }
  }

  private void add(Pending pending, @Nullable Long key) {
    EventId id = pending.delivery().eventId();
    if (key == null) {
      head.add(pending);
    } else if (order.covers(id)) {
      know(new Place(key, id));
      standInLine(pending);
    } else if (scan != null) {
      scan.arrived(new Place(key, id));
    } // else it is behind what is known, and read when that has been worked off
  }

  private void know(Place place) {
    order.add(place);
    if (order.shrink()) {
      if (scan != null) {
        scan.invalidate();
      }
      head.drop(id -> !order.covers(id));
      parked.keySet().stream().filter(id -> !order.covers(id)).toList().forEach(this::unpark);
      fetching.keySet().removeIf(id -> !order.covers(id));
    }
  }

  private void standInLine(Pending pending) {
    EventId id = pending.delivery().eventId();
    if (!order.contains(id)) {
      return; // forgotten to make room
    }
    if (order.mayStart(id)) {
      head.add(pending);
    } else if (parked.size() < PARKED) {
      park(pending);
    }
  }

  private void park(Pending pending) {
    Pending.Content content = pending.content();
    boolean kept = content != null && source.bodies().take(content.body().length);
    Pending replaced =
        parked.put(pending.delivery().eventId(), kept ? pending : pending.withoutContent());
    release(replaced);
  }

  private @Nullable Pending unpark(EventId id) {
    Pending pending = parked.remove(id);
    release(pending);
    return pending;
  }

  private void release(@Nullable Pending pending) {
    if (pending != null && pending.content() != null) {
      source.bodies().give(pending.content().body().length);
    }
  }

  @Override
  public @Nullable Instant earliestDue() {
    return head.earliestDue();
  }

  @Override
  public @Nullable Pending takeDue(Instant now) {
    while (true) {
      Pending taken = head.takeDue(now);
      if (taken == null) {
        return null;
      }
      EventId id = taken.delivery().eventId();
      if (order.mayStart(id)) {
        order.start(id);
        fetching.remove(id);
        unpark(id);
        return taken;
      }
      head.ended(id); // an earlier one has come meanwhile, by a replay
      standInLine(taken);
    }
  }

  @Override
  public void settled(Delivery after) {
    EventId id = after.eventId();
    boolean pending = after.state() == DeliveryState.PENDING;
    Long key = order.end(id);
    if (key == null) {
      head.settled(after);
      return;
    }
    head.ended(id);
    if (!pending) {
      order.remove(id);
      if (scan != null) {
        scan.ended(id);
      }
    } else if (order.covers(id)) {
      know(new Place(key, id)); // still known, unless it was forgotten to make room
      if (order.contains(id)) {
        park(new Pending(after, null));
      }
    } else if (scan != null) {
      scan.arrived(new Place(key, id));
    }
    bringNext(key, id);
  }

  /** What a scan under way still brings of them is found out when their turn comes. */
  @Override
  public void forget(Set<EventId> events) {
    head.forget(events);
    for (EventId id : events) {
      unpark(id);
      fetching.remove(id);
      Long key = order.isBusy(id) ? null : order.remove(id);
      if (key != null) {
        bringNext(key, null);
      }
    }
  }

  /** What it has not been told of has no place in its order, and could overtake. */
  @Override
  public boolean rewind() {
    return false;
  }

  /** Brings the first of a key to the window. */
  private void bringNext(long key, @Nullable EventId last) {
    EventId next = order.next(key);
    if (next == null) {
      return;
    }
    Pending pending = unpark(next);
    if (pending == null) {
      fetch(next);
    } else {
      head.add(next.equals(last) ? pending : pending.freed(source.clock().instant()));
    }
  }

  private void fetch(EventId id) {
    long number = fetches++;
    fetching.put(id, number);
    source
        .reader()
        .execute(
            () -> {
              try {
                Optional<Event> event = source.store().event(id);
                Delivery delivery =
                    source.store().deliveries(id).stream()
                        .filter(one -> one.target().equals(source.target()))
                        .findFirst()
                        .orElse(null);
                Long key =
                    event.isPresent() ? OrderScan.key(source.store(), ordering, event.get()) : null;
                source.loop().execute(() -> fetched(id, number, delivery, key));
              } catch (RuntimeException e) {
                log.warn("Event {} for target {} could not be read.", id, source.target(), e);
                source.loop().execute(() -> fetchAgain(id, number));
              }
            });
  }

  private void fetchAgain(EventId id, long number) {
    source
        .loop()
        .at(
            source.clock().instant().plus(StoredQueue.STORE_PAUSE),
            () -> {
              if (!closed && fetching.remove(id, number)) {
                fetch(id);
              }
            });
  }

  private void fetched(EventId id, long number, @Nullable Delivery delivery, @Nullable Long key) {
    if (closed || !fetching.remove(id, number) || order.isBusy(id)) {
      return;
    }
    if (delivery == null || delivery.state() != DeliveryState.PENDING) {
      Long gone = order.remove(id);
      if (gone != null) {
        bringNext(gone, null);
      }
    } else if (order.contains(id)) {
      standInLine(new Pending(delivery, null, source.clock().instant()));
    } else {
      add(new Pending(delivery, null), key);
    }
    changed.run();
  }

  @Override
  public int busyCount() {
    return head.busyCount();
  }

  @Override
  public boolean reading() {
    return !scanned || !fetching.isEmpty() || head.reading();
  }

  @Override
  public void readOn() {
    EventId frontier = order.frontier();
    if (scan == null && frontier != null && order.wantsMore()) {
      OrderScan started =
          new OrderScan(source, ordering, frontier, order.room(), this::scanDone, this::scanFailed);
      scan = started;
      started.start();
    }
    if (scanned) {
      head.readOn();
    }
  }

  private void scanDone() {
    OrderScan done = scan;
    scan = null;
    if (closed || done == null) {
      return;
    }
    if (done.usable()) {
      scanned = true;
      order.advance(done.frontier());
      for (Place place : done.places()) {
        if (order.covers(place.id())) { // making room may have moved the frontier back again
          know(place);
        }
      }
      head.rewind(); // those that were passed over as unknown
    }
    changed.run();
  }

  private void scanFailed() {
    source
        .loop()
        .at(
            source.clock().instant().plus(StoredQueue.STORE_PAUSE),
            () -> {
              scan = null;
              if (!closed) {
                changed.run();
              }
            });
  }

  @Override
  public void close() {
    closed = true;
    head.close();
    parked.keySet().stream().toList().forEach(this::unpark);
  }
}
