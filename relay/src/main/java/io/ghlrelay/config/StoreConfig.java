package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where events are kept. Immutable.
 *
 * @param engine which store
 * @param retention how long events, and their duplicate keys, are kept
 */
public record StoreConfig(Engine engine, Duration retention) {

  /** Which store, with what it needs. */
  public sealed interface Engine {}

  /**
   * The embedded, durable default.
   *
   * @param path its folder, made if missing
   * @param minFreeSpace below this many free bytes on its disk, no event is admitted
   */
  public record RocksDb(Path path, long minFreeSpace) implements Engine {}

  /** In memory: for tests and benchmarks; loses everything at exit. */
  public record Memory() implements Engine {}
}
