package io.ghlrelay;

import io.ghlrelay.config.StoreConfig;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.ghlrelay.store.postgres.PostgresEventStore;
import io.ghlrelay.store.rocksdb.RocksDbEventStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;

/** Opens stores by their configuration. */
public final class Stores {
  private Stores() {}

  /**
   * Opens one.
   *
   * @throws io.ghlrelay.store.StoreUnavailableException if it cannot be opened
   */
  public static EventStore open(
      StoreConfig.Engine engine, Duration retention, Clock clock, MeterRegistry registry) {
    if (engine instanceof StoreConfig.RocksDb rocksDb) {
      return RocksDbEventStore.open(
          rocksDb.path(), retention, rocksDb.minFreeSpace(), clock, registry);
    }
    if (engine instanceof StoreConfig.Postgres postgres) {
      return PostgresEventStore.open(
          "jdbc:" + postgres.url(),
          postgres.user(),
          postgres.password() == null ? null : postgres.password().reveal(),
          postgres.name(),
          Version.version(),
          retention,
          registry);
    }
    return new MemoryEventStore();
  }
}
