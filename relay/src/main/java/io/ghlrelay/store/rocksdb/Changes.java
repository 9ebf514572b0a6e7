package io.ghlrelay.store.rocksdb;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.rocksdb.Database.Column;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** Every change the store knows. */
final class Changes {
  private static final byte[] NOTHING = {};

  /** The number of the step, in its series, that no attempt led to. */
  private static final int REPLAYED = 0;

  /** Rough memory of an admission beside its body, in bytes. */
  private static final int ADMISSION_OVERHEAD = 2048;

  private Changes() {}

  /** A change that answers through a future. */
  private abstract static class Answering<T> implements Change {
    final State state;
    final CompletableFuture<T> answer;

    Answering(State state, CompletableFuture<T> answer) {
      this.state = state;
      this.answer = answer;
    }

    @Override
    public final void failed(RuntimeException why) {
      answer.completeExceptionally(why);
    }
  }

  /** An event with its deliveries, unless it came before. */
  static final class Admit extends Answering<Admitted> {
    private final Admission admission;
    private final DuplicateKey key;
    private @Nullable Admitted result;

    Admit(State state, Admission admission, CompletableFuture<Admitted> answer) {
      super(state, answer);
      this.admission = admission;
      this.key = DuplicateKey.of(admission); // hashed by the caller's thread, not the writer's
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public int weight() {
      return admission.body().length + ADMISSION_OVERHEAD;
    }

    @Override
    public void prepare(WriteBatch batch) throws RocksDBException {
      DuplicateIndex.Known known = state.duplicates().lookUp(key);
      if (known.duplicateOf() != null) {
        result = new Admitted.Duplicate(known.duplicateOf());
        return;
      }
      Database db = state.db();
      Admitted.Stored stored = admission.stored(known.conflict());
      Event event = stored.event();
      byte[] id = event.id().toBytes();
      batch.put(db.column(Column.BODIES), id, admission.body());
      List<Records.Routed> routed = new ArrayList<>(stored.deliveries().size());
      for (Delivery delivery : stored.deliveries()) {
        int number = state.targets().idFor(delivery.target(), db, batch);
        putDue(db, batch, number, delivery);
        routed.add(new Records.Routed(number, delivery.route()));
      }
      batch.put(db.column(Column.EVENTS), id, Records.event(event, routed));
      if (stored.deliveries().isEmpty()) {
        batch.put(db.column(Column.DEAD), Keys.dead(Keys.UNROUTED, event.id()), NOTHING);
      }
      if (admission.learnt() != null) {
        batch.put(
            db.column(Column.COMPANIES),
            utf8(admission.learnt().locationId()),
            utf8(admission.learnt().companyId()));
      }
      // Last, so that a change that could not be prepared is not taken for an earlier event.
      state.duplicates().add(key, known, event.id(), event.receivedAt(), batch);
      result = stored;
    }

    @Override
    public void written() {
      if (result instanceof Admitted.Stored stored) {
        for (Delivery delivery : stored.deliveries()) {
          countPending(state, delivery, 1);
        }
        if (stored.deliveries().isEmpty()) {
          state.counters().dead(Keys.UNROUTED, 1);
        }
      }
      answer.complete(Objects.requireNonNull(result));
    }
  }

  /** An attempt and what became of its delivery. */
  static final class RecordAttempt extends Answering<Boolean> {
    private final Delivery before;
    private final Delivery after;
    private final Attempt attempt;
    private boolean nothingNew;

    RecordAttempt(
        State state,
        Delivery before,
        Delivery after,
        Attempt attempt,
        CompletableFuture<Boolean> answer) {
      super(state, answer);
      this.before = before;
      this.after = after;
      this.attempt = attempt;
    }

    @Override
    public boolean durable() {
      return false;
    }

    @Override
    public void prepare(WriteBatch batch) throws RocksDBException {
      Database db = state.db();
      if (state.mayBeRemoved(after.eventId())
          && db.get(Column.EVENTS, after.eventId().toBytes()) == null) {
        nothingNew = true;
        return;
      }
      int target = state.targets().idFor(after.target(), db, batch);
      byte[] key = Keys.step(after.eventId(), target, attempt.series(), attempt.number());
      byte[] step = Records.step(after, attempt);
      if (Arrays.equals(step, db.get(Column.STEPS, key))) {
        // A write that was reported as failed may have reached the disk: the caller came again.
        nothingNew = true;
        return;
      }
      batch.delete(db.column(Column.DUE), Keys.due(target, position(before)));
      batch.put(db.column(Column.STEPS), key, step);
      if (RocksDbEventStore.isPending(after)) {
        putDue(db, batch, target, after);
      }
      if (after.state() == DeliveryState.DEAD) {
        batch.put(db.column(Column.DEAD), Keys.dead(target, after.eventId()), NOTHING);
      }
    }

    @Override
    public void written() {
      if (!nothingNew && !RocksDbEventStore.isPending(after)) {
        countPending(state, before, -1);
      }
      if (!nothingNew && after.state() == DeliveryState.DEAD) {
        state.counters().dead(number(state, after), 1);
      }
      answer.complete(true);
    }
  }

  /** Deliveries made pending again. */
  static final class Replay extends Answering<List<Delivery>> {
    private final EventId id;
    private final List<RoutedTarget> targets;
    private final Instant due;
    private final List<Delivery> replayed = new ArrayList<>();
    private final List<Delivery> noLongerDead = new ArrayList<>();
    private boolean noLongerUnrouted;

    Replay(
        State state,
        EventId id,
        List<RoutedTarget> targets,
        Instant due,
        CompletableFuture<List<Delivery>> answer) {
      super(state, answer);
      this.id = id;
      this.targets = targets;
      this.due = due;
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
      byte[] stored = db.get(Column.EVENTS, id.toBytes());
      if (stored == null) {
        return;
      }
      Map<String, Delivery> deliveries =
          EventFinder.deliveries(db, state.targets(), Records.event(id, stored));
      for (RoutedTarget target : targets) {
        int number = state.targets().idFor(target.target(), db, batch);
        Delivery known = deliveries.get(target.target());
        if (known != null && RocksDbEventStore.isPending(known)) {
          continue;
        }
        if (known != null && known.state() == DeliveryState.DEAD) {
          batch.delete(db.column(Column.DEAD), Keys.dead(number, id));
          noLongerDead.add(known);
        }
        Delivery again =
            known == null
                ? Delivery.first(id, target.target(), target.route(), due)
                : known.again(due);
        batch.put(
            db.column(Column.STEPS),
            Keys.step(id, number, again.series(), REPLAYED),
            Records.step(again, null));
        putDue(db, batch, number, again);
        replayed.add(again);
      }
      byte[] unrouted = Keys.dead(Keys.UNROUTED, id);
      if (!replayed.isEmpty() && db.get(Column.DEAD, unrouted) != null) {
        batch.delete(db.column(Column.DEAD), unrouted);
        noLongerUnrouted = true;
      }
    }

    @Override
    public void written() {
      replayed.forEach(delivery -> countPending(state, delivery, 1));
      noLongerDead.forEach(delivery -> state.counters().dead(number(state, delivery), -1));
      if (noLongerUnrouted) {
        state.counters().dead(Keys.UNROUTED, -1);
      }
      answer.complete(List.copyOf(replayed));
    }
  }

  /** A target paused or resumed. */
  static final class Pause extends Answering<Void> {
    private final String target;
    private final boolean pause;

    Pause(State state, String target, boolean pause, CompletableFuture<Void> answer) {
      super(state, answer);
      this.target = target;
      this.pause = pause;
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public void prepare(WriteBatch batch) throws RocksDBException {
      var meta = state.db().column(Column.META);
      if (pause) {
        batch.put(meta, State.pausedKey(target), NOTHING);
      } else {
        batch.delete(meta, State.pausedKey(target));
      }
    }

    @Override
    public void written() {
      Set<String> names = new HashSet<>(state.paused());
      if (pause) {
        names.add(target);
      } else {
        names.remove(target);
      }
      state.paused(names);
      answer.complete(null);
    }
  }

  /** Everything received before an instant, by ranges around what is still pending. */
  static final class Purge extends Answering<Void> {
    private static final List<Column> BY_EVENT =
        List.of(Column.EVENTS, Column.BODIES, Column.STEPS);

    private final Instant before;
    private final List<Counters.Range> ranges = new ArrayList<>();
    private final Map<Integer, Long> purgedDead = new HashMap<>();

    Purge(State state, Instant before, CompletableFuture<Void> answer) {
      super(state, answer);
      this.before = before;
    }

    @Override
    public boolean durable() {
      return false;
    }

    @Override
    public boolean alone() {
      return true;
    }

    @Override
    public void prepare(WriteBatch batch) throws RocksDBException {
      state.duplicates().purge(before, batch);
      Instant oldest = oldest();
      for (Counters.Range range : state.counters().settledBefore(before)) {
        if (oldest != null && oldest.isBefore(range.to())) {
          ranges.add(range);
        }
      }
      for (Counters.Range range : ranges) {
        byte[] from = EventId.lowest(range.from()).toBytes();
        byte[] to = EventId.lowest(range.to()).toBytes();
        for (Column column : BY_EVENT) {
          batch.deleteRange(state.db().column(column), from, to);
        }
        purgeDead(range, batch);
      }
    }

    private @Nullable Instant oldest() throws RocksDBException {
      try (RocksIterator it = state.db().iterator(Column.EVENTS)) {
        it.seekToFirst();
        it.status();
        return it.isValid() ? EventId.fromBytes(it.key(), 0).time() : null;
      }
    }

    private void purgeDead(Counters.Range range, WriteBatch batch) throws RocksDBException {
      Set<Integer> numbers = new HashSet<>(state.targets().all().values());
      numbers.add(Keys.UNROUTED);
      EventId end = EventId.lowest(range.to());
      try (RocksIterator it = state.db().iterator(Column.DEAD)) {
        for (int number : numbers) {
          byte[] from = Keys.dead(number, EventId.lowest(range.from()));
          byte[] to = Keys.dead(number, end);
          long count = 0;
          for (it.seek(from); it.isValid() && Arrays.compareUnsigned(it.key(), to) < 0; it.next()) {
            count++;
          }
          it.status();
          if (count > 0) {
            batch.deleteRange(state.db().column(Column.DEAD), from, to);
            purgedDead.merge(number, count, Long::sum);
          }
        }
      }
    }

    @Override
    public void written() {
      purgedDead.forEach((number, count) -> state.counters().dead(number, -count));
      try {
        for (Counters.Range range : ranges) {
          byte[] from = EventId.lowest(range.from()).toBytes();
          byte[] to = EventId.lowest(range.to()).toBytes();
          for (Column column : BY_EVENT) {
            state.db().dropFiles(column, from, to);
          }
        }
        answer.complete(null);
      } catch (RocksDBException e) {
        answer.completeExceptionally(e);
      }
    }
  }

  private static void putDue(Database db, WriteBatch batch, int target, Delivery delivery)
      throws RocksDBException {
    batch.put(
        db.column(Column.DUE), Keys.due(target, position(delivery)), Records.delivery(delivery));
  }

  static DuePosition position(Delivery delivery) {
    return new DuePosition(Objects.requireNonNull(delivery.due()), delivery.eventId());
  }

  static void countPending(State state, Delivery delivery, int change) {
    state.counters().pending(number(state, delivery), delivery.eventId(), change);
  }

  static int number(State state, Delivery delivery) {
    return Objects.requireNonNull(state.targets().id(delivery.target()));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
