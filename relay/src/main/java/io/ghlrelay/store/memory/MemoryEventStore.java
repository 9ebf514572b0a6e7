package io.ghlrelay.store.memory;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventFilter;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.StoreStats;
import io.ghlrelay.store.StoreUnavailableException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Everything in maps, nothing durable: the contract in its plainest form, for tests and benchmarks.
 * Thread-safe by one lock.
 */
public final class MemoryEventStore implements EventStore {
  private final TreeMap<EventId, Held> events = new TreeMap<>();
  private final Map<String, List<Key>> keys = new HashMap<>();
  private final Map<String, TreeMap<DuePosition, Delivery>> due = new HashMap<>();
  private final Map<String, String> companies = new HashMap<>();
  private final Set<String> paused = new HashSet<>();
  private boolean closed;

  private record Key(DuplicateKey key, EventId id) {}

  private static final class Held {
    private final Event event;
    private final byte[] body;
    private final TreeMap<String, Delivery> deliveries = new TreeMap<>();
    private final Map<String, List<Attempt>> attempts = new HashMap<>();

    Held(Event event, byte[] body) {
      this.event = event;
      this.body = body;
    }
  }

  @Override
  public CompletionStage<Admitted> admit(Admission admission) {
    Admitted admitted;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(
            new StoreUnavailableException("the store is closed", null));
      }
      admitted = admitNow(admission);
    }
    return CompletableFuture.completedFuture(admitted);
  }

  private Admitted admitNow(Admission admission) {
    DuplicateKey key = DuplicateKey.of(admission);
    List<Key> known = keys.computeIfAbsent(key.toString(), k -> new ArrayList<>());
    boolean conflict = false;
    for (Key other : known) {
      if (other.key().equals(key)) {
        return new Admitted.Duplicate(other.id());
      }
      conflict |= Arrays.equals(other.key().app(), key.app());
    }
    Admitted.Stored stored = admission.stored(conflict);
    Event event = stored.event();
    known.add(new Key(key, event.id()));
    Held held = new Held(event, admission.body());
    events.put(event.id(), held);
    if (admission.learnt() != null) {
      companies.put(admission.learnt().locationId(), admission.learnt().companyId());
    }
    stored.deliveries().forEach(delivery -> put(held, delivery));
    return stored;
  }

  private void put(Held held, Delivery delivery) {
    held.deliveries.put(delivery.target(), delivery);
    if (delivery.due() != null) {
      queue(delivery.target()).put(new DuePosition(delivery.due(), delivery.eventId()), delivery);
    }
  }

  private NavigableMap<DuePosition, Delivery> queue(String target) {
    return due.computeIfAbsent(target, t -> new TreeMap<>());
  }

  @Override
  public synchronized CompletionStage<Boolean> record(
      Delivery before, Delivery after, Attempt attempt) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new StoreUnavailableException("the store is closed", null));
    }
    queue(before.target())
        .remove(new DuePosition(Objects.requireNonNull(before.due()), before.eventId()));
    Held held = events.get(before.eventId());
    if (held != null) {
      put(held, after);
      held.attempts.computeIfAbsent(after.target(), t -> new ArrayList<>()).add(attempt);
    }
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public synchronized List<Delivery> due(String target, DuePosition after, int limit) {
    return queue(target).tailMap(after, false).values().stream().limit(limit).toList();
  }

  @Override
  public synchronized Optional<Event> event(EventId id) {
    return Optional.ofNullable(events.get(id)).map(held -> held.event);
  }

  @Override
  public synchronized Optional<byte[]> body(EventId id) {
    return Optional.ofNullable(events.get(id)).map(held -> held.body);
  }

  @Override
  public synchronized List<Delivery> deliveries(EventId id) {
    Held held = events.get(id);
    return held == null ? List.of() : List.copyOf(held.deliveries.values());
  }

  @Override
  public synchronized List<Attempt> attempts(EventId id, String target) {
    Held held = events.get(id);
    return held == null ? List.of() : List.copyOf(held.attempts.getOrDefault(target, List.of()));
  }

  @Override
  public synchronized List<EventId> findByWebhookId(String webhookId) {
    return events.values().stream()
        .filter(held -> webhookId.equals(held.event.envelope().webhookId()))
        .map(held -> held.event.id())
        .toList();
  }

  @Override
  public synchronized EventPage find(EventQuery query) {
    EventFilter filter = new EventFilter(query);
    var older = query.cursor() == null ? events : events.headMap(query.cursor(), false);
    List<EventPage.Item> items = new ArrayList<>();
    for (Held held : older.descendingMap().values()) {
      List<Delivery> deliveries = List.copyOf(held.deliveries.values());
      if (filter.fits(held.event) && filter.fits(deliveries)) {
        items.add(new EventPage.Item(held.event, deliveries));
        if (items.size() == query.limit()) {
          EventId last = held.event.id();
          return new EventPage(items, older.lowerKey(last) == null ? null : last);
        }
      }
    }
    return new EventPage(items, null);
  }

  @Override
  public synchronized CompletionStage<List<Delivery>> replay(
      EventId id, List<RoutedTarget> targets, Instant dueAt) {
    Held held = events.get(id);
    List<Delivery> replayed = new ArrayList<>();
    if (held != null) {
      for (RoutedTarget target : targets) {
        Delivery known = held.deliveries.get(target.target());
        if (known == null || known.state() != DeliveryState.PENDING) {
          Delivery again =
              known == null
                  ? Delivery.first(id, target.target(), target.route(), dueAt)
                  : known.again(dueAt);
          put(held, again);
          replayed.add(again);
        }
      }
    }
    return CompletableFuture.completedFuture(List.copyOf(replayed));
  }

  @Override
  public synchronized Map<String, String> learntCompanies() {
    return Map.copyOf(companies);
  }

  @Override
  public synchronized Set<String> pausedTargets() {
    return Set.copyOf(paused);
  }

  @Override
  public synchronized void setPaused(String target, boolean pause) {
    if (pause) {
      paused.add(target);
    } else {
      paused.remove(target);
    }
  }

  @Override
  public synchronized void purge(Instant before) {
    Set<EventId> gone = new HashSet<>();
    events
        .headMap(EventId.lowest(before), false)
        .values()
        .removeIf(
            held -> {
              boolean settled =
                  held.deliveries.values().stream()
                      .allMatch(delivery -> delivery.state() != DeliveryState.PENDING);
              return settled && gone.add(held.event.id());
            });
    keys.values().removeIf(list -> list.removeIf(key -> gone.contains(key.id())) && list.isEmpty());
  }

  @Override
  public synchronized CompletionStage<Integer> remove(List<EventId> ids) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new StoreUnavailableException("the store is closed", null));
    }
    int removed = 0;
    for (EventId id : ids) {
      Held held = events.remove(id);
      if (held != null) {
        removed++;
        for (Delivery delivery : held.deliveries.values()) {
          if (delivery.due() != null) {
            queue(delivery.target()).remove(new DuePosition(delivery.due(), id));
          }
        }
      }
    }
    return CompletableFuture.completedFuture(removed);
  }

  @Override
  public synchronized void learnCompany(String locationId, String companyId) {
    companies.put(locationId, companyId);
  }

  @Override
  public synchronized boolean forgetCompany(String locationId) {
    return companies.remove(locationId) != null;
  }

  /** There is nothing on disk. */
  @Override
  public void erase() {}

  @Override
  public synchronized StoreStats stats() {
    Map<String, long[]> counts = new HashMap<>();
    Map<String, Instant> oldest = new HashMap<>();
    long unrouted = 0;
    for (Held held : events.values()) {
      if (held.deliveries.isEmpty()) {
        unrouted++;
      }
      for (Delivery delivery : held.deliveries.values()) {
        long[] count = counts.computeIfAbsent(delivery.target(), t -> new long[2]);
        if (delivery.state() == DeliveryState.PENDING) {
          count[0]++;
          oldest.putIfAbsent(delivery.target(), held.event.receivedAt());
        } else if (delivery.state() == DeliveryState.DEAD) {
          count[1]++;
        }
      }
    }
    Map<String, StoreStats.TargetStats> targets = new HashMap<>();
    counts.forEach(
        (name, count) ->
            targets.put(name, new StoreStats.TargetStats(count[0], count[1], oldest.get(name))));
    return new StoreStats(targets, unrouted, !closed, closed ? "closed" : null);
  }

  /** There is nothing on disk to copy. */
  @Override
  public void backup(Path folder) {
    throw new StoreUnavailableException("a memory store has no backup", null);
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
