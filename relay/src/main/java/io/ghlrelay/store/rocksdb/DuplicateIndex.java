package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.EventId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Which events came before. Keys stand in buckets of time, so that expired ones are dropped by
 * range; a look-up asks every live bucket, at most {@link #BUCKETS} + 1, nearly always answered by
 * a Bloom filter. A value lists the events of one webhook id: (app 8, body 16, event id 16) each.
 * Used by the writer thread; {@link #find} by any.
 */
final class DuplicateIndex {
  /** How many buckets the retention is cut into. */
  static final int BUCKETS = 4;

  /** Events remembered under one webhook id; bodies beyond it are stored, but not remembered. */
  private static final int MAX_ENTRIES = 256;

  private static final int ENTRY = DuplicateKey.APP_BYTES + DuplicateKey.HASH_BYTES + EventId.BYTES;

  private final Database db;
  private final long width;
  private volatile List<Long> buckets;
  private final Map<ByteBuffer, byte[]> inBatch = new HashMap<>();

  private DuplicateIndex(Database db, Duration retention, List<Long> buckets) {
    this.db = db;
    this.width = Math.max(1, retention.toMillis() / BUCKETS);
    this.buckets = List.copyOf(buckets);
  }

  /** Finds the live buckets by leaping from one to the next. */
  static DuplicateIndex load(Database db, Duration retention) throws RocksDBException {
    TreeSet<Long> found = new TreeSet<>();
    try (RocksIterator it = db.iterator(Database.Column.KEYS)) {
      it.seekToFirst();
      while (it.isValid()) {
        long bucket = ByteBuffer.wrap(it.key()).getLong();
        found.add(bucket);
        it.seek(Keys.number(bucket + 1));
      }
      it.status();
    }
    return new DuplicateIndex(db, retention, new ArrayList<>(found));
  }

  /**
   * What is known of an admission.
   *
   * @param duplicateOf the event it repeats, or null
   * @param conflict whether its ids came with another body
   * @param entries the value to extend when it is stored
   * @param bucket where that value stands, or -1 for a new one
   */
  record Known(@Nullable EventId duplicateOf, boolean conflict, byte[] entries, long bucket) {}

  /** Begins a batch: what the last one added can be read now. */
  void beginBatch() {
    inBatch.clear();
  }

  /** Looks a key up; sees what {@link #add} put into the same batch. */
  Known lookUp(DuplicateKey key) throws RocksDBException {
    boolean conflict = false;
    byte[] entries = {};
    long in = -1;
    for (long bucket : buckets) {
      byte[] wanted = Keys.duplicate(bucket, key.lookup());
      byte[] value = inBatch.get(ByteBuffer.wrap(wanted));
      if (value == null) {
        value = db.get(Database.Column.KEYS, wanted);
      }
      if (value == null) {
        continue;
      }
      entries = value;
      in = bucket;
      for (int at = 0; at + ENTRY <= value.length; at += ENTRY) {
        if (equal(value, at, key.app())) {
          if (equal(value, at + DuplicateKey.APP_BYTES, key.body())) {
            return new Known(
                EventId.fromBytes(value, at + ENTRY - EventId.BYTES), conflict, value, bucket);
          }
          conflict = true;
        }
      }
    }
    return new Known(null, conflict, entries, in);
  }

  private static boolean equal(byte[] value, int at, byte[] wanted) {
    return Arrays.equals(value, at, at + wanted.length, wanted, 0, wanted.length);
  }

  /** Remembers an event that is about to be stored. */
  void add(DuplicateKey key, Known known, EventId id, Instant now, WriteBatch batch)
      throws RocksDBException {
    long newest = newestBucket(now);
    byte[] before = known.bucket() == newest ? known.entries() : new byte[0];
    if (before.length >= ENTRY * MAX_ENTRIES) {
      return;
    }
    byte[] after =
        ByteBuffer.allocate(before.length + ENTRY)
            .put(before)
            .put(key.app())
            .put(key.body())
            .put(id.toBytes())
            .array();
    byte[] stored = Keys.duplicate(newest, key.lookup());
    batch.put(db.column(Database.Column.KEYS), stored, after);
    inBatch.put(ByteBuffer.wrap(stored), after);
  }

  private long newestBucket(Instant now) {
    List<Long> live = buckets;
    long millis = now.toEpochMilli();
    if (!live.isEmpty() && millis - live.get(live.size() - 1) < width) {
      return live.get(live.size() - 1);
    }
    List<Long> more = new ArrayList<>(live);
    more.add(millis);
    buckets = List.copyOf(more);
    return millis;
  }

  /** Forgets the buckets whose every key is older than {@code before}. */
  void purge(Instant before, WriteBatch batch) throws RocksDBException {
    List<Long> live = buckets;
    int expired = 0;
    // A bucket ends where the next begins; the newest one is never dropped.
    while (expired + 1 < live.size() && live.get(expired + 1) <= before.toEpochMilli()) {
      expired++;
    }
    if (expired > 0) {
      byte[] from = Keys.number(0L);
      byte[] to = Keys.number(live.get(expired));
      batch.deleteRange(db.column(Database.Column.KEYS), from, to);
      buckets = List.copyOf(live.subList(expired, live.size()));
    }
  }

  /** Events with a webhook id, oldest first. */
  List<EventId> find(String webhookId) throws RocksDBException {
    TreeSet<EventId> found = new TreeSet<>();
    byte[] lookup = DuplicateKey.ofWebhookId(webhookId);
    for (long bucket : buckets) {
      byte[] value = db.get(Database.Column.KEYS, Keys.duplicate(bucket, lookup));
      if (value != null) {
        for (int at = 0; at + ENTRY <= value.length; at += ENTRY) {
          found.add(EventId.fromBytes(value, at + ENTRY - EventId.BYTES));
        }
      }
    }
    return List.copyOf(found);
  }
}
