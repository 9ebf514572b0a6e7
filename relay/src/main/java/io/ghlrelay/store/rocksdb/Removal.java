package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.rocksdb.Database.Column;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Events removed one by one, whatever became of them. Their records are deleted by key: a range
 * tombstone for each would slow every later look-up.
 */
final class Removal implements Change {
  private final State state;
  private final Set<EventId> ids;
  private final CompletableFuture<Integer> answer;
  private final List<Delivery> pending = new ArrayList<>();
  private final List<Integer> dead = new ArrayList<>();
  private int removed;

  Removal(State state, Collection<EventId> ids, CompletableFuture<Integer> answer) {
    this.state = state;
    this.ids = new HashSet<>(ids);
    this.answer = answer;
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public boolean alone() {
    return true;
  }

  @Override
  public void prepare(WriteBatch batch) throws RocksDBException {
    Database db = state.db();
    for (EventId id : ids) {
      byte[] key = id.toBytes();
      byte[] stored = db.get(Column.EVENTS, key);
      if (stored == null) {
        continue;
      }
      Collection<Delivery> deliveries =
          EventFinder.deliveries(db, state.targets(), Records.event(id, stored)).values();
      for (Delivery delivery : deliveries) {
        remove(delivery, batch);
      }
      if (deliveries.isEmpty()) {
        batch.delete(db.column(Column.DEAD), Keys.dead(Keys.UNROUTED, id));
        dead.add(Keys.UNROUTED);
      }
      try (RocksIterator it = db.iterator(Column.STEPS)) {
        for (it.seek(key); it.isValid() && Keys.startsWith(it.key(), key); it.next()) {
          batch.delete(db.column(Column.STEPS), it.key());
        }
        it.status();
      }
      batch.delete(db.column(Column.BODIES), key);
      batch.delete(db.column(Column.EVENTS), key);
      state.removed(id);
      removed++;
    }
  }

  private void remove(Delivery delivery, WriteBatch batch) throws RocksDBException {
    Database db = state.db();
    int target = Changes.number(state, delivery);
    if (delivery.state() == DeliveryState.PENDING) {
      batch.delete(db.column(Column.DUE), Keys.due(target, Changes.position(delivery)));
      pending.add(delivery);
    } else if (delivery.state() == DeliveryState.DEAD) {
      batch.delete(db.column(Column.DEAD), Keys.dead(target, delivery.eventId()));
      dead.add(target);
    }
  }

  @Override
  public void written() {
    pending.forEach(delivery -> Changes.countPending(state, delivery, -1));
    dead.forEach(target -> state.counters().dead(target, -1));
    answer.complete(removed);
  }

  @Override
  public void failed(RuntimeException why) {
    answer.completeExceptionally(why);
  }

  /** A location's company learnt or forgotten. */
  static final class Company implements Change {
    private final State state;
    private final byte[] location;
    private final byte @Nullable [] company;
    private final CompletableFuture<Boolean> answer;
    private boolean known;

    /** With the company to be learnt; null = it is forgotten. Answers whether one was known. */
    Company(
        State state, String location, @Nullable String company, CompletableFuture<Boolean> answer) {
      this.state = state;
      this.location = Changes.utf8(location);
      this.company = company == null ? null : Changes.utf8(company);
      this.answer = answer;
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public boolean alone() {
      return true;
    }

    @Override
    public void prepare(WriteBatch batch) throws RocksDBException {
      known = state.db().get(Column.COMPANIES, location) != null;
      if (company == null) {
        batch.delete(state.db().column(Column.COMPANIES), location);
      } else {
        batch.put(state.db().column(Column.COMPANIES), location, company);
      }
    }

    @Override
    public void written() {
      answer.complete(known);
    }

    @Override
    public void failed(RuntimeException why) {
      answer.completeExceptionally(why);
    }
  }
}
