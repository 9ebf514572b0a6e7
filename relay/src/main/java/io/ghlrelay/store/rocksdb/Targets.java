package io.ghlrelay.store.rocksdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Short numbers for target names, given once and kept for ever. Written by the writer thread, read
 * by any.
 */
final class Targets {
  private static final byte[] PREFIX = "target/".getBytes(StandardCharsets.US_ASCII);

  private final Map<String, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  /** Reads those given so far. */
  static Targets load(Database db) throws RocksDBException {
    Targets targets = new Targets();
    try (RocksIterator it = db.iterator(Database.Column.META)) {
      for (it.seek(PREFIX); it.isValid() && Keys.startsWith(it.key(), PREFIX); it.next()) {
        byte[] key = it.key();
        String name =
            new String(key, PREFIX.length, key.length - PREFIX.length, StandardCharsets.UTF_8);
        targets.put(name, Keys.target(it.value()));
      }
      it.status(); // a read error ends an iteration silently otherwise
    }
    return targets;
  }

  /** The number of a name, given now if it has none; writer thread only. */
  int idFor(String name, Database db, WriteBatch batch) throws RocksDBException {
    Integer known = ids.get(name);
    if (known != null) {
      return known;
    }
    int id = ids.size() + 1; // 0 is kept for unrouted events
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] key = ByteBuffer.allocate(PREFIX.length + utf8.length).put(PREFIX).put(utf8).array();
    batch.put(db.column(Database.Column.META), key, Keys.number(id));
    // Known from now on even if this batch fails: a later batch then lacks the name's record, so
    // a failed batch makes the writer load them anew.
    put(name, id);
    return id;
  }

  private void put(String name, int id) {
    ids.put(name, id);
    names.put(id, name);
  }

  @Nullable Integer id(String name) {
    return ids.get(name);
  }

  /** The name behind a number that the store holds. */
  String name(int id) {
    String name = names.get(id);
    if (name == null) {
      throw new CorruptRecordException("no target has the number " + id);
    }
    return name;
  }

  Map<String, Integer> all() {
    return Map.copyOf(ids);
  }
}
