package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where events are kept. Immutable.
 *
 * @param name which of the engines is used
 * @param engines the engines given, by name: one, or more while a store is moved
 * @param retention how long events, and their duplicate keys, are kept
 */
public record StoreConfig(String name, Map<String, Engine> engines, Duration retention) {
  /** Copies the map. */
  public StoreConfig {
    engines = Map.copyOf(engines);
    if (!engines.containsKey(name)) {
      throw new IllegalArgumentException("no engine " + name);
    }
  }

  /** The engine that is used. */
  public Engine engine() {
    return Objects.requireNonNull(engines.get(name));
  }

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
