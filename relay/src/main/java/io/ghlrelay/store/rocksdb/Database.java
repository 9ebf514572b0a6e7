package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One open RocksDB folder and its column families. Thread-safe, as RocksDB is; nothing may be
 * called after {@link #close}.
 */
final class Database implements AutoCloseable {
  /** Shared by all column families: filters, indexes and hot blocks. */
  private static final long BLOCK_CACHE = 64L << 20;

  /** Memory for what is not yet in files, over all column families. */
  private static final long WRITE_BUFFERS = 128L << 20;

  /** WAL files larger than this in all force a flush, so recovery stays short. */
  private static final long MAX_WAL = 512L << 20;

  /** Bodies at least this large go to blob files, which compaction does not rewrite. */
  private static final long MIN_BLOB = 512;

  private static final int BLOOM_BITS = 10;

  /** Share of a write buffer that its Bloom filter takes: some 20 bits a key. */
  private static final double MEMTABLE_BLOOM = 0.02;

  /** The column families. */
  enum Column {
    META,
    EVENTS,
    BODIES,
    STEPS,
    DUE,
    DEAD,
    KEYS,
    COMPANIES;

    private byte[] rocksName() {
      return this == META
          ? RocksDB.DEFAULT_COLUMN_FAMILY
          : name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }
  }

  private final Path folder;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final Map<Column, ColumnFamilyHandle> columns = new EnumMap<>(Column.class);
  private final RocksDB db;
  private final WriteOptions durable;
  private final WriteOptions lazy;
  private final CompactRangeOptions everything;

  static {
    RocksDB.loadLibrary();
  }

  private Database(Path folder, boolean flushRecovered) throws RocksDBException {
    this.folder = folder;
    this.durable = own(new WriteOptions().setSync(true));
    this.lazy = own(new WriteOptions().setSync(false));
    this.everything =
        own(
            new CompactRangeOptions()
                .setBottommostLevelCompaction(
                    CompactRangeOptions.BottommostLevelCompaction.kForceOptimized)
                .setExclusiveManualCompaction(false));
    Cache cache = own(new LRUCache(BLOCK_CACHE));
    BloomFilter bloom = own(new BloomFilter(BLOOM_BITS));
    DBOptions options =
        own(
            new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setDbWriteBufferSize(WRITE_BUFFERS)
                .setMaxTotalWalSize(MAX_WAL)
                // What a log held goes into files of its own before anything new is written: the
                // tail of that log may never have reached the disk, or a sync of it have failed.
                .setAvoidFlushDuringRecovery(!flushRecovered)
                .setAvoidFlushDuringShutdown(true)
                .setMaxBackgroundJobs(2)
                // One thread writes: what is made for many writers only costs.
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                .setMaxOpenFiles(512)
                .setBytesPerSync(1 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1 << 20));
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Column column : Column.values()) {
      ColumnFamilyOptions tuned =
          own(
              new ColumnFamilyOptions()
                  .setCompressionType(CompressionType.LZ4_COMPRESSION)
                  .setLevelCompactionDynamicLevelBytes(true)
                  .setWriteBufferSize(32L << 20)
                  .setTableFormatConfig(
                      new BlockBasedTableConfig()
                          .setBlockCache(cache)
                          // A filter of a million keys is larger than a shard of the cache, which
                          // then never holds it: in parts it fits, and the part is read alone.
                          .setIndexType(IndexType.kTwoLevelIndexSearch)
                          .setPartitionFilters(true)
                          .setPinTopLevelIndexAndFilter(true)
                          .setCacheIndexAndFilterBlocks(true)
                          .setPinL0FilterAndIndexBlocksInCache(true)
                          .setFilterPolicy(bloom)));
      if (column == Column.KEYS || column == Column.STEPS) {
        // Nearly every look-up there finds nothing: a filter answers it without a search.
        tuned.setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM).setMemtableWholeKeyFiltering(true);
      }
      if (column == Column.BODIES) {
        tuned
            .setEnableBlobFiles(true)
            .setMinBlobSize(MIN_BLOB)
            .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
            // Bodies expire together with their neighbours, and a blob file goes with the last of
            // them: to collect garbage within would only move live bodies about.
            .setEnableBlobGarbageCollection(false);
      }
      descriptors.add(new ColumnFamilyDescriptor(column.rocksName(), tuned));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      this.db = RocksDB.open(options, folder.toString(), descriptors, handles);
    } catch (RocksDBException e) {
      closeOwned();
      throw e;
    }
    for (Column column : Column.values()) {
      columns.put(column, handles.get(column.ordinal()));
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  /**
   * Opens a folder, made if missing.
   *
   * @throws StoreUnavailableException in words for the operator
   */
  static Database open(Path folder) {
    try {
      Files.createDirectories(folder);
      syncLogs(folder);
      try {
        return new Database(folder, true);
      } catch (RocksDBException e) {
        if (e.getStatus() == null || e.getStatus().getSubCode() != Status.SubCode.NoSpace) {
          throw e;
        }
        // On a full disk what is stored can still be read, and delivered.
        return new Database(folder, false);
      }
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "store.rocksdb.path: the folder " + folder + " cannot be used: " + e.getMessage(), e);
    } catch (RocksDBException e) {
      String hint =
          String.valueOf(e.getMessage()).contains("LOCK")
              ? "Another process uses it: stop that one, or give this one a folder of its own."
              : "Check that this user may write there and that the disk has room.";
      throw new StoreUnavailableException(
          "store.rocksdb.path: the store in "
              + folder
              + " cannot be opened ("
              + e.getMessage()
              + "). "
              + hint,
          e);
    }
  }

  /**
   * Makes durable what a killed process left unsynced, before anything is built on it: RocksDB
   * reads such a log from the system's memory, and if a power cut then took its tail, recovery
   * would end there and drop every later log, with all that was acknowledged since.
   */
  private static void syncLogs(Path folder) throws IOException {
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
      for (Path log : logs) {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
          file.force(true);
        }
      }
    }
  }

  Path folder() {
    return folder;
  }

  ColumnFamilyHandle column(Column column) {
    return Objects.requireNonNull(columns.get(column));
  }

  byte @Nullable [] get(Column column, byte[] key) throws RocksDBException {
    return db.get(column(column), key);
  }

  /** An iterator over a consistent view; the caller closes it. */
  RocksIterator iterator(Column column) {
    return db.newIterator(column(column));
  }

  /** An iterator under options that the caller owns and closes after it. */
  RocksIterator iterator(Column column, ReadOptions options) {
    return db.newIterator(column(column), options);
  }

  /** Writes atomically; synced to the disk before it returns if {@code sync}. */
  void write(WriteBatch batch, boolean sync) throws RocksDBException {
    db.write(sync ? durable : lazy, batch);
  }

  /** Makes every write so far durable. */
  void sync() throws RocksDBException {
    db.syncWal();
  }

  /** Gives back the space of files that lie wholly in a range now deleted. */
  void dropFiles(Column column, byte[] from, byte[] to) throws RocksDBException {
    db.deleteFilesInRanges(column(column), List.of(from, to), false);
  }

  /** What the files of the largest column take, in bytes: so much an {@link #erase} may need. */
  long largestColumn() throws RocksDBException {
    long largest = 0;
    for (ColumnFamilyHandle column : columns.values()) {
      long bytes =
          db.getLongProperty(column, "rocksdb.live-sst-files-size")
              + db.getLongProperty(column, "rocksdb.live-blob-file-size");
      largest = Math.max(largest, bytes);
    }
    return largest;
  }

  /**
   * Rewrites every column, so that nothing deleted before stands in any file: the buffers are
   * flushed, which lets go of the logs, then all files are merged, and of the bodies only those
   * still held are copied to new blob files. One at a time; blocks.
   */
  synchronized void erase() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush, List.copyOf(columns.values()));
    }
    collectBodies(true);
    try {
      for (Column column : Column.values()) {
        db.compactRange(column(column), null, null, everything);
      }
    } finally {
      collectBodies(false);
    }
  }

  private void collectBodies(boolean all) throws RocksDBException {
    db.setOptions(
        column(Column.BODIES),
        MutableColumnFamilyOptions.builder()
            .setEnableBlobGarbageCollection(all)
            .setBlobGarbageCollectionAgeCutoff(all ? 1.0 : 0.25)
            .build());
  }

  /** Ends an {@link #erase} under way, and lets none begin. */
  void stopErasing() {
    if (everything.isOwningHandle()) { // a database that could not be opened anew is closed already
      everything.setCanceled(true);
    }
  }

  /** Links a consistent copy into a folder that does not exist yet. */
  void checkpoint(Path target) throws RocksDBException {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    }
  }

  @Override
  public void close() {
    columns.values().forEach(ColumnFamilyHandle::close);
    db.close();
    closeOwned();
  }

  private void closeOwned() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      try {
        owned.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("RocksDB's own close methods do not throw", e);
      }
    }
  }
}
