package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

  /**
   * A database that many relays share.
   *
   * @param url {@code postgresql://host:port/database}, with the driver's parameters
   * @param user who connects
   * @param password by what; null = the database asks for none
   * @param name this relay's name: one of its own on each relay, the same at each start
   */
  public record Postgres(String url, String user, @Nullable Secret password, String name)
      implements Engine {}

  /** In memory: for tests and benchmarks; loses everything at exit. */
  public record Memory() implements Engine {}
}
