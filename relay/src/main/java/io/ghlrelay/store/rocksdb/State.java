package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.EventId;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.store.commit.GroupCommit;
import io.ghlrelay.store.rocksdb.Database.Column;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open database and what is kept in memory about it; writes batches, notices failures and
 * recovers from them. Writing methods belong to the writer thread; the others are thread-safe.
 */
final class State implements GroupCommit.Sink<Change>, AutoCloseable {
  /** The layout of keys and records; a folder of another version is refused. */
  private static final int FORMAT = 2;

  private static final byte[] FORMAT_KEY = ascii("format");
  private static final byte[] PAUSED_PREFIX = ascii("paused/");

  /** How often free space is measured, and a failed disk is tried again. */
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  private static final int PROBE_BYTES = 64 << 10;

  private static final Logger log = LoggerFactory.getLogger(State.class);

  private final Path folder;
  private final Duration retention;
  private final long minFreeSpace;
  private final Clock clock;
  private final LongSupplier freeSpace;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private volatile Database db;
  private volatile Targets targets;
  private volatile DuplicateIndex duplicates;
  private volatile Counters counters;
  private volatile Set<String> paused = Set.of();
  private volatile @Nullable String failure;
  private volatile boolean spaceIsLow;
  private volatile Runnable reopened = () -> {};

  /** Whether {@link #db} may be used; guarded by {@link #lock}. */
  private boolean open = true;

  private long lastLook;

  /** No event removed since the start is newer; the writer thread's. */
  private @Nullable EventId newestRemoved;

  private State(
      Path folder, Duration retention, long minFreeSpace, Clock clock, LongSupplier freeSpace)
      throws RocksDBException {
    this.folder = folder;
    this.retention = retention;
    this.minFreeSpace = minFreeSpace;
    this.clock = clock;
    this.freeSpace = freeSpace;
    this.db = Database.open(folder);
    try {
      this.targets = Targets.load(db);
      this.duplicates = DuplicateIndex.load(db, retention);
      this.counters = count(db);
      this.paused = loadPaused(db);
    } catch (RocksDBException | RuntimeException e) {
      db.close();
      throw e;
    }
    this.lastLook = System.nanoTime() - LOOK_NANOS;
  }

  static State open(
      Path folder, Duration retention, long minFreeSpace, Clock clock, LongSupplier freeSpace) {
    try {
      State state = new State(folder, retention, minFreeSpace, clock, freeSpace);
      state.checkFormatOrClose();
      state.tick();
      return state;
    } catch (RocksDBException e) {
      throw new StoreUnavailableException("the store in " + folder + " cannot be read", e);
    }
  }

  private void checkFormatOrClose() throws RocksDBException {
    try {
      checkFormat();
    } catch (RocksDBException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void checkFormat() throws RocksDBException {
    byte[] found = db.get(Column.META, FORMAT_KEY);
    if (found == null) {
      try (WriteBatch batch = new WriteBatch()) {
        batch.put(db.column(Column.META), FORMAT_KEY, Keys.number(FORMAT));
        db.write(batch, true);
      }
    } else if (ByteBuffer.wrap(found).getInt() != FORMAT) {
      throw new StoreUnavailableException(
          "the store in "
              + folder
              + " has format "
              + ByteBuffer.wrap(found).getInt()
              + " (expected: "
              + FORMAT
              + "): it belongs to another version of the relay",
          null);
    }
  }

  /** Counts what is pending and dead: one pass over two indexes. */
  private static Counters count(Database db) throws RocksDBException {
    Counters counters = new Counters();
    try (RocksIterator it = db.iterator(Column.DUE)) {
      for (it.seekToFirst(); it.isValid(); it.next()) {
        byte[] key = it.key();
        counters.pending(Keys.target(key), Keys.duePosition(key).eventId(), 1);
      }
      it.status();
    }
    try (RocksIterator it = db.iterator(Column.DEAD)) {
      for (it.seekToFirst(); it.isValid(); it.next()) {
        counters.dead(Keys.target(it.key()), 1);
      }
      it.status();
    }
    return counters;
  }

  private static Set<String> loadPaused(Database db) throws RocksDBException {
    Set<String> names = new HashSet<>();
    try (RocksIterator it = db.iterator(Column.META)) {
      for (it.seek(PAUSED_PREFIX);
          it.isValid() && Keys.startsWith(it.key(), PAUSED_PREFIX);
          it.next()) {
        byte[] key = it.key();
        names.add(
            new String(
                key,
                PAUSED_PREFIX.length,
                key.length - PAUSED_PREFIX.length,
                StandardCharsets.UTF_8));
      }
      it.status();
    }
    return Set.copyOf(names);
  }

  static byte[] pausedKey(String target) {
    byte[] name = target.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(PAUSED_PREFIX.length + name.length)
        .put(PAUSED_PREFIX)
        .put(name)
        .array();
  }

  Database db() {
    return db;
  }

  Targets targets() {
    return targets;
  }

  DuplicateIndex duplicates() {
    return duplicates;
  }

  Counters counters() {
    return counters;
  }

  Clock clock() {
    return clock;
  }

  Set<String> paused() {
    return paused;
  }

  void paused(Set<String> names) {
    paused = Set.copyOf(names);
  }

  void whenReopened(Runnable listener) {
    reopened = listener;
  }

  /** Why nothing is admitted now, in words for the operator; null if all is well. */
  @Nullable String problem() {
    if (failure != null) {
      return failure;
    }
    return spaceIsLow
        ? "less than "
            + (minFreeSpace >> 20)
            + " MiB free in "
            + folder
            + " (store.rocksdb.minFreeSpace)"
        : null;
  }

  /** Reads under the lock that a recovery takes. */
  <T> T read(RocksDbEventStore.Reading<T> reading) {
    lock.readLock().lock();
    try {
      if (!open) {
        throw new StoreUnavailableException("the store is closed, or being recovered", null);
      }
      return reading.from(db);
    } catch (RocksDBException e) {
      throw new StoreUnavailableException("the store cannot be read: " + e.getMessage(), e);
    } catch (CorruptRecordException e) {
      throw new StoreUnavailableException("the store holds a damaged record: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Notes that an event is about to be removed; writer thread only. */
  void removed(EventId id) {
    if (newestRemoved == null || newestRemoved.compareTo(id) < 0) {
      newestRemoved = id;
    }
  }

  /**
   * Whether an event with a delivery in flight may have been removed, so that it has to be looked
   * up; writer thread only. What was in flight before the start of the process is so no more.
   */
  boolean mayBeRemoved(EventId id) {
    return newestRemoved != null && id.compareTo(newestRemoved) <= 0;
  }

  /** Rewrites the files; see {@link io.ghlrelay.store.EventStore#erase}. */
  void erase() {
    read(
        database -> {
          long needed = database.largestColumn();
          if (freeSpace.getAsLong() - needed < minFreeSpace) {
            throw new StoreUnavailableException(
                "the disk of "
                    + folder
                    + " has no room to rewrite the store: "
                    + (needed >> 20)
                    + " MiB beyond store.rocksdb.minFreeSpace",
                null);
          }
          try {
            database.erase();
          } catch (RocksDBException e) {
            throw new StoreUnavailableException(
                "the store could not be rewritten: " + e.getMessage(), e);
          }
          return true;
        });
  }

  @Override
  public void write(List<Change> changes, boolean sync) {
    int from = 0;
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).alone()) {
        writeAtOnce(changes.subList(from, i), sync);
        writeAtOnce(changes.subList(i, i + 1), sync);
        from = i + 1;
      }
    }
    writeAtOnce(changes.subList(from, changes.size()), sync);
  }

  private void writeAtOnce(List<Change> changes, boolean sync) {
    if (changes.isEmpty()) {
      return;
    }
    if (failure != null) {
      // Writes wait for the recovery; whoever asks is told to come again.
      StoreUnavailableException notNow = new StoreUnavailableException(failure, null);
      changes.forEach(change -> change.failed(notNow));
      return;
    }
    List<Change> written;
    try (WriteBatch batch = new WriteBatch()) {
      duplicates.beginBatch();
      written = prepare(changes, batch);
      db.write(batch, sync);
    } catch (RocksDBException | RuntimeException e) {
      failed(e);
      StoreUnavailableException why =
          new StoreUnavailableException("the change could not be written: " + e.getMessage(), e);
      changes.forEach(change -> change.failed(why));
      return;
    }
    written.forEach(Change::written);
  }

  /**
   * Prepares each change; one that cannot be (it meets a damaged record, for example) is taken out
   * and answered alone, and the others go on.
   */
  private static List<Change> prepare(List<Change> changes, WriteBatch batch)
      throws RocksDBException {
    List<Change> prepared = new ArrayList<>(changes.size());
    for (Change change : changes) {
      batch.setSavePoint();
      try {
        change.prepare(batch);
        batch.popSavePoint();
        prepared.add(change);
      } catch (RuntimeException e) {
        batch.rollbackToSavePoint();
        log.error("A change could not be made; the others go on.", e);
        change.failed(
            new StoreUnavailableException("the change cannot be made: " + e.getMessage(), e));
      }
    }
    return prepared;
  }

  @Override
  public void sync() {
    if (failure != null) {
      return;
    }
    try {
      db.sync();
    } catch (RocksDBException e) {
      failed(e);
    }
  }

  private void failed(Exception e) {
    failure = "the store cannot write: " + e.getMessage();
    lastLook = System.nanoTime();
    log.error("The store cannot write; events are refused until it can again.", e);
  }

  @Override
  public void tick() {
    long now = System.nanoTime();
    if (now - lastLook < LOOK_NANOS) {
      return;
    }
    lastLook = now;
    lookAtSpace();
    if (failure != null && !spaceIsLow && diskTakesWrites()) {
      recover();
      if (failure == null) {
        reopened.run();
      }
    }
  }

  private void lookAtSpace() {
    boolean low = freeSpace.getAsLong() < minFreeSpace;
    if (low != spaceIsLow) {
      spaceIsLow = low;
      if (low) {
        log.error("The disk of {} is nearly full; events are refused until it has room.", folder);
      } else {
        log.info("The disk of {} has room again; events are taken.", folder);
      }
    }
  }

  private boolean diskTakesWrites() {
    Path probe = folder.resolve("probe.tmp");
    try (FileChannel file =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      file.write(ByteBuffer.allocate(PROBE_BYTES));
      file.force(true);
      return true;
    } catch (IOException e) {
      failure = "the disk of " + folder + " takes no writes: " + e.getMessage();
      return false;
    }
  }

  /**
   * Opens the folder anew: after a failed write RocksDB refuses all others, and what was in memory
   * only is known to belong to nobody who was told otherwise.
   */
  private void recover() {
    db.stopErasing();
    lock.writeLock().lock();
    try {
      if (open) {
        open = false;
        db.close();
      }
      db = Database.open(folder);
      open = true;
      targets = Targets.load(db);
      duplicates = DuplicateIndex.load(db, retention);
      counters = count(db);
      paused = loadPaused(db);
      failure = null;
      log.info("The store in {} writes again; events are taken.", folder);
    } catch (StoreUnavailableException | RocksDBException e) {
      failure = "the store cannot be opened anew: " + e.getMessage();
      log.error("The store could not be opened anew; trying again.", e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public void close() {
    db.stopErasing();
    lock.writeLock().lock();
    try {
      failure = "the store is closed";
      if (open) {
        open = false;
        db.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
