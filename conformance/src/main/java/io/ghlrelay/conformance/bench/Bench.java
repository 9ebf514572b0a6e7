package io.ghlrelay.conformance.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One measurement: a warm-up, then the measured events. Confined to its thread.
 *
 * @param name what is measured, for the report
 * @param to where events are sent
 * @param connections to it
 * @param rate events a second; 0 = closed loop
 * @param warmUp events sent before
 * @param limit of the measured part
 * @param sinkHost where the sink listens
 * @param sinkPort where the sink listens; negative = no sink
 * @param pid the process measured; 0 = none
 */
record Bench(
    String name,
    URI to,
    int connections,
    double rate,
    int warmUp,
    Duration limit,
    String sinkHost,
    int sinkPort,
    long pid) {
  private static final Duration DRAIN = Duration.ofSeconds(60);

  /**
   * Measures.
   *
   * @throws IOException if the endpoint or the sink fails
   */
  BenchResult run(EventPool pool) throws IOException {
    Arrivals arrivals = new Arrivals(pool.size());
    try (@Nullable BenchSink sink =
        sinkPort < 0 ? null : new BenchSink(sinkHost, sinkPort, pool, arrivals)) {
      generator(pool, arrivals, 0, warmUp, 0).run(DRAIN);
      drain(arrivals, sink != null);
      long acknowledgedBefore = arrivals.acknowledgedCount();
      long refusedBefore = arrivals.refusedCount();
      long deliveredBefore = arrivals.deliveredCount();
      Optional<ProcessCost> before = ProcessCost.of(pid);
      int until = generator(pool, arrivals, warmUp, pool.size(), rate).run(limit);
      drain(arrivals, sink != null);
      Optional<ProcessCost> after = ProcessCost.of(pid);

      long acknowledged = arrivals.acknowledgedCount() - acknowledgedBefore;
      long delivered = arrivals.deliveredCount() - deliveredBefore;
      long begin = arrivals.begin(warmUp);
      return new BenchResult(
          name,
          pool.scheme().id(),
          connections,
          rate,
          pool.get(0).body().length,
          until - warmUp,
          acknowledged,
          arrivals.refusedCount() - refusedBefore,
          delivered,
          arrivals.repeatedCount(),
          arrivals.strangeCount(),
          perSecond(acknowledged, arrivals.lastAcknowledged(warmUp, until) - begin),
          perSecond(delivered, arrivals.lastDelivered(warmUp, until) - begin),
          arrivals.acknowledgements(warmUp),
          arrivals.deliveries(warmUp),
          spent(before, after, acknowledged),
          after.map(ProcessCost::residentBytes).orElse(0L),
          written(before, after, acknowledged));
    }
  }

  private LoadGenerator generator(
      EventPool pool, Arrivals arrivals, int from, int until, double atRate) {
    return new LoadGenerator(pool, arrivals, to, connections, atRate, from, until);
  }

  /**
   * Waits until what was acknowledged is delivered; what is not in time is missing in the result.
   */
  private static void drain(Arrivals arrivals, boolean sink) {
    long end = System.nanoTime() + DRAIN.toNanos();
    while (sink
        && arrivals.deliveredCount() < arrivals.acknowledgedCount()
        && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static double perSecond(long count, long nanos) {
    return count == 0 || nanos <= 0 ? 0 : count * 1e9 / nanos;
  }

  private static double spent(
      Optional<ProcessCost> before, Optional<ProcessCost> after, long events) {
    return before.isEmpty() || after.isEmpty() || events == 0
        ? 0
        : after.get().cpu().minus(before.get().cpu()).toNanos() / 1e3 / events;
  }

  private static double written(
      Optional<ProcessCost> before, Optional<ProcessCost> after, long events) {
    return before.isEmpty() || after.isEmpty() || events == 0
        ? 0
        : (double) (after.get().writtenBytes() - before.get().writtenBytes()) / events;
  }
}
