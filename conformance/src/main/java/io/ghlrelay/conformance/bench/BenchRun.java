package io.ghlrelay.conformance.bench;

import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A measurement with the events that it needs. Confined to its thread.
 *
 * @param name what is measured, for the result
 * @param to where events are sent, plain HTTP
 * @param scheme how they are signed
 * @param count how many are measured
 * @param warmUp how many are sent before
 * @param limit of the measured part
 * @param connections to the endpoint
 * @param rate events a second; 0 = closed loop
 * @param bodySize length of a body in bytes
 * @param sinkHost where the sink listens
 * @param sinkPort where the sink listens; negative = no sink
 * @param pid the process to account; 0 = none
 * @param locations how many locations the events belong to; 0 = each to its own
 */
public record BenchRun(
    String name,
    URI to,
    Scheme scheme,
    int count,
    int warmUp,
    Duration limit,
    int connections,
    double rate,
    int bodySize,
    String sinkHost,
    int sinkPort,
    long pid,
    int locations) {

  /**
   * What came out.
   *
   * @param json for machines
   * @param text for people
   * @param whole whether all that was sent was acknowledged and delivered
   */
  public record Outcome(JsonObject json, String text, boolean whole) {}

  /**
   * Measures.
   *
   * @param poolFile keeps the signed events for other runs; null = they are made and forgotten
   * @param messages told what is under way
   * @throws IOException if the endpoint, the sink or the file fails
   */
  public Outcome measure(
      SigningKeys keys, long seed, @Nullable Path poolFile, Consumer<String> messages)
      throws IOException {
    EventPool pool = pool(keys, seed, poolFile, messages);
    messages.accept("measuring " + name);
    BenchResult result =
        new Bench(name, to, connections, rate, warmUp, limit, sinkHost, sinkPort, pid).run(pool);
    return new Outcome(result.json(), result.text(), result.whole(sinkPort >= 0));
  }

  private EventPool pool(
      SigningKeys keys, long seed, @Nullable Path file, Consumer<String> messages)
      throws IOException {
    int needed = count + warmUp;
    if (file != null && Files.exists(file)) {
      EventPool pool = EventPool.read(file);
      if (pool.scheme() != scheme
          || pool.size() < needed
          || pool.get(0).body().length != bodySize) {
        throw new IOException(
            "%s: %d events of %d bytes with %s (expected: at least %d of %d with %s; remove it, or ask for these)"
                .formatted(
                    file,
                    pool.size(),
                    pool.get(0).body().length,
                    pool.scheme().id(),
                    needed,
                    bodySize,
                    scheme.id()));
      }
      return pool.first(needed);
    }
    messages.accept("signing " + needed + " events with " + scheme.id());
    EventPool pool = EventPool.make(scheme, needed, bodySize, locations, keys, seed);
    if (file != null) {
      pool.write(file);
    }
    return pool;
  }
}
