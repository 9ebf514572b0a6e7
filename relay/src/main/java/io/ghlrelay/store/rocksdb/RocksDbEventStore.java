package io.ghlrelay.store.rocksdb;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.SharedStore;
import io.ghlrelay.store.StoreStats;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.store.commit.GroupCommit;
import io.ghlrelay.store.rocksdb.Database.Column;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The embedded store: RocksDB with one writer thread and group commit. Thread-safe.
 *
 * <p>Readers and the writer share the open database under a read lock; only a recovery from a
 * failed disk, which opens the folder anew, takes the write lock.
 */
public final class RocksDbEventStore implements EventStore {
  private final State state;
  private final GroupCommit<Change> writer;
  private final EventFinder finder;

  private RocksDbEventStore(State state, MeterRegistry registry) {
    this.state = state;
    this.finder = new EventFinder(state);
    this.writer = new GroupCommit<>(state, registry);
  }

  /**
   * Opens a folder, made if missing, and recovers what it holds.
   *
   * @param folder the store's own
   * @param retention how long duplicates are known
   * @param minFreeSpace below this many free bytes on its disk no event is admitted
   * @param clock for the age of duplicate keys
   * @param registry for its meters
   * @throws StoreUnavailableException in words for the operator, if it cannot be opened
   */
  public static RocksDbEventStore open(
      Path folder, Duration retention, long minFreeSpace, Clock clock, MeterRegistry registry) {
    return open(folder, retention, minFreeSpace, clock, registry, usableSpace(folder));
  }

  /** With the free space measured by the caller, for tests of a full disk. */
  static RocksDbEventStore open(
      Path folder,
      Duration retention,
      long minFreeSpace,
      Clock clock,
      MeterRegistry registry,
      LongSupplier freeSpace) {
    State state = State.open(folder, retention, minFreeSpace, clock, freeSpace);
    Gauge.builder("relay.store.free", freeSpace::getAsLong)
        .description("Free space on the disk of the store.")
        .baseUnit("bytes")
        .register(registry);
    return new RocksDbEventStore(state, registry);
  }

  private static LongSupplier usableSpace(Path folder) {
    return () -> {
      try {
        return Files.getFileStore(folder).getUsableSpace();
      } catch (IOException e) {
        return 0; // a disk that cannot even be asked is not one to promise durability on
      }
    };
  }

  @Override
  public CompletionStage<Admitted> admit(Admission admission) {
    CompletableFuture<Admitted> answer = new CompletableFuture<>();
    String problem = state.problem();
    if (problem != null) {
      answer.completeExceptionally(new StoreUnavailableException(problem, null));
    } else if (!writer.offer(new Changes.Admit(state, admission, answer))) {
      answer.completeExceptionally(
          new StoreUnavailableException("too many events are waiting for the disk", null));
    }
    return answer;
  }

  @Override
  public CompletionStage<Boolean> record(Delivery before, Delivery after, Attempt attempt) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    writer.put(new Changes.RecordAttempt(state, before, after, attempt, answer));
    return answer;
  }

  @Override
  public CompletionStage<List<Delivery>> replay(
      EventId id, List<RoutedTarget> targets, Instant due) {
    CompletableFuture<List<Delivery>> answer = new CompletableFuture<>();
    writer.put(new Changes.Replay(state, id, List.copyOf(targets), due, answer));
    return answer;
  }

  @Override
  public void setPaused(String target, boolean paused) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    writer.put(new Changes.Pause(state, target, paused, answer));
    GroupCommit.await(answer);
  }

  @Override
  public void purge(Instant before) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    writer.put(new Changes.Purge(state, before, answer));
    GroupCommit.await(answer);
  }

  @Override
  public CompletionStage<Integer> remove(List<EventId> ids) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    writer.put(new Removal(state, ids, answer));
    return answer;
  }

  @Override
  public void learnCompany(String locationId, String companyId) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    writer.put(new Removal.Company(state, locationId, companyId, answer));
    GroupCommit.await(answer);
  }

  @Override
  public boolean forgetCompany(String locationId) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    writer.put(new Removal.Company(state, locationId, null, answer));
    return GroupCommit.await(answer);
  }

  @Override
  public void erase() {
    state.erase();
  }

  @Override
  public List<Delivery> due(String target, DuePosition after, int limit) {
    return state.read(
        db -> {
          Integer id = state.targets().id(target);
          List<Delivery> due = new ArrayList<>();
          if (id == null) {
            return due;
          }
          byte[] prefix = Keys.number(id);
          byte[] start = Keys.due(id, after);
          try (RocksIterator it = db.iterator(Column.DUE)) {
            for (it.seek(start);
                it.isValid() && due.size() < limit && Keys.startsWith(it.key(), prefix);
                it.next()) {
              DuePosition position = Keys.duePosition(it.key());
              if (position.compareTo(after) > 0) {
                due.add(Records.delivery(position.eventId(), target, it.value()));
              }
            }
            it.status();
          }
          return due;
        });
  }

  @Override
  public Optional<Event> event(EventId id) {
    return state.read(
        db ->
            Optional.ofNullable(db.get(Column.EVENTS, id.toBytes()))
                .map(bytes -> Records.event(id, bytes).event()));
  }

  @Override
  public Optional<byte[]> body(EventId id) {
    return state.read(db -> Optional.ofNullable(db.get(Column.BODIES, id.toBytes())));
  }

  @Override
  public List<Delivery> deliveries(EventId id) {
    return state.read(
        db -> {
          byte[] event = db.get(Column.EVENTS, id.toBytes());
          return event == null
              ? List.<Delivery>of()
              : List.copyOf(
                  EventFinder.deliveries(db, state.targets(), Records.event(id, event)).values());
        });
  }

  @Override
  public List<Attempt> attempts(EventId id, String target) {
    return state.read(
        db -> {
          List<Attempt> attempts = new ArrayList<>();
          Integer number = state.targets().id(target);
          if (number == null) {
            return attempts;
          }
          byte[] prefix = Keys.delivery(id, number);
          try (RocksIterator it = db.iterator(Column.STEPS)) {
            for (it.seek(prefix); it.isValid() && Keys.startsWith(it.key(), prefix); it.next()) {
              ByteBuffer key = ByteBuffer.wrap(it.key());
              Attempt attempt =
                  Records.attemptOf(
                      key.getInt(prefix.length), key.getInt(prefix.length + 4), it.value());
              if (attempt != null) {
                attempts.add(attempt);
              }
            }
            it.status();
          }
          return attempts;
        });
  }

  @Override
  public List<EventId> findByWebhookId(String webhookId) {
    return state.read(
        db -> {
          List<EventId> held = new ArrayList<>();
          for (EventId id : state.duplicates().find(webhookId)) {
            if (db.get(Column.EVENTS, id.toBytes()) != null) {
              held.add(id);
            }
          }
          return held;
        });
  }

  @Override
  public EventPage find(EventQuery query) {
    return state.read(db -> finder.find(db, query));
  }

  @Override
  public Map<String, String> learntCompanies() {
    return state.read(
        db -> {
          Map<String, String> companies = new HashMap<>();
          try (RocksIterator it = db.iterator(Column.COMPANIES)) {
            for (it.seekToFirst(); it.isValid(); it.next()) {
              companies.put(Changes.text(it.key()), Changes.text(it.value()));
            }
            it.status();
          }
          return companies;
        });
  }

  @Override
  public void watch(SharedStore.Watcher watcher, Supplier<SharedStore.Member> self) {
    state.whenReopened(watcher::queuesChanged);
  }

  @Override
  public Set<String> pausedTargets() {
    return state.paused();
  }

  @Override
  public StoreStats stats() {
    Map<String, StoreStats.TargetStats> targets = new HashMap<>();
    Map<Integer, StoreStats.TargetStats> counted = state.counters().stats();
    state
        .targets()
        .all()
        .forEach(
            (name, id) -> {
              StoreStats.TargetStats stats = counted.get(id);
              if (stats != null) {
                targets.put(name, stats);
              }
            });
    String problem = state.problem();
    StoreStats.TargetStats unrouted = counted.get(Keys.UNROUTED);
    return new StoreStats(
        targets, unrouted == null ? 0 : unrouted.dead(), problem == null, problem);
  }

  @Override
  public void backup(Path folder) {
    try {
      Files.deleteIfExists(
          folder); // RocksDB makes it itself; a folder with content stays and fails
    } catch (IOException e) {
      throw new StoreUnavailableException("backup: " + folder + " is not empty", e);
    }
    state.read(
        db -> {
          db.checkpoint(folder.toAbsolutePath());
          return true;
        });
  }

  @Override
  public void close() {
    writer.close();
    state.close();
  }

  /** Reads the database. */
  interface Reading<T> {
    T from(Database db) throws RocksDBException;
  }

  /** Whether a delivery counts as pending. */
  static boolean isPending(Delivery delivery) {
    return delivery.state() == DeliveryState.PENDING;
  }
}
