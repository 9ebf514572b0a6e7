package io.ghlrelay.conformance.bench;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What became of each event of a pool: when it was meant to be sent, acknowledged, delivered.
 * Thread-safe. Times are {@code System.nanoTime()}; 0 = not yet.
 */
final class Arrivals {
  private final AtomicLongArray intended;
  private final AtomicLongArray acknowledged;
  private final AtomicLongArray delivered;
  private final AtomicIntegerArray deliveries;
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicLong deliveredCount = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong strange = new AtomicLong();

  Arrivals(int size) {
    intended = new AtomicLongArray(size);
    acknowledged = new AtomicLongArray(size);
    delivered = new AtomicLongArray(size);
    deliveries = new AtomicIntegerArray(size);
  }

  int size() {
    return intended.length();
  }

  void intended(int index, long nanos) {
    intended.set(index, nanos);
  }

  void answered(int index, int status, long nanos) {
    if (status / 100 == 2) {
      acknowledged.set(index, nanos);
      acknowledgedCount.incrementAndGet();
    } else {
      refused.incrementAndGet();
    }
  }

  /** An event at the sink; of a repeated one the first counts. */
  void delivered(int index, long nanos) {
    if (deliveries.incrementAndGet(index) == 1) {
      delivered.set(index, nanos);
      deliveredCount.incrementAndGet();
    }
  }

  /** A request at the sink that is none of the pool's, or not with its bytes. */
  void strange() {
    strange.incrementAndGet();
  }

  long acknowledgedCount() {
    return acknowledgedCount.get();
  }

  long deliveredCount() {
    return deliveredCount.get();
  }

  long refusedCount() {
    return refused.get();
  }

  long strangeCount() {
    return strange.get();
  }

  /** Events that came to the sink more than once. */
  long repeatedCount() {
    long repeated = 0;
    for (int i = 0; i < deliveries.length(); i++) {
      repeated += deliveries.get(i) > 1 ? 1 : 0;
    }
    return repeated;
  }

  /** When the first of these was meant to be sent. */
  long begin(int from) {
    return intended.get(from);
  }

  /** When the last of these was acknowledged; 0 = none was. */
  long lastAcknowledged(int from, int until) {
    return last(acknowledged, from, until);
  }

  /** When the last of these was delivered; 0 = none was. */
  long lastDelivered(int from, int until) {
    return last(delivered, from, until);
  }

  private static long last(AtomicLongArray times, int from, int until) {
    long last = 0;
    for (int i = from; i < until; i++) {
      // nanoTime may be negative and may wrap: differences are what counts.
      last = times.get(i) != 0 && (last == 0 || times.get(i) - last > 0) ? times.get(i) : last;
    }
    return last;
  }

  /** From when an event was meant to be sent to its acknowledgement. */
  LatencyHistogram acknowledgements(int from) {
    LatencyHistogram histogram = new LatencyHistogram();
    for (int i = from; i < size(); i++) {
      if (acknowledged.get(i) != 0) {
        histogram.record(acknowledged.get(i) - intended.get(i));
      }
    }
    return histogram;
  }

  /** From acknowledgement to the sink; the sink may well be first. */
  LatencyHistogram deliveries(int from) {
    LatencyHistogram histogram = new LatencyHistogram();
    for (int i = from; i < size(); i++) {
      if (acknowledged.get(i) != 0 && delivered.get(i) != 0) {
        histogram.record(delivered.get(i) - acknowledged.get(i));
      }
    }
    return histogram;
  }
}
