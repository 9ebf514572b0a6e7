package io.ghlrelay.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** The rate at which a total has grown over the last seconds. Not thread-safe. */
final class RateMeter {
  private static final Duration OVER = Duration.ofSeconds(10);

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(Instant at, double total) {}

  /** Takes a look at the total. */
  void add(Instant at, double total) {
    samples.addLast(new Sample(at, total));
    // One sample older than the span stays, so that the span is whole.
    while (samples.size() > 2 && !second().at().isAfter(at.minus(OVER))) {
      samples.removeFirst();
    }
  }

  private Sample second() {
    var it = samples.iterator();
    it.next();
    return it.next();
  }

  double perSecond() {
    if (samples.size() < 2) {
      return 0;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = Duration.between(first.at(), last.at()).toMillis() / 1000.0;
    return seconds <= 0 ? 0 : (last.total() - first.total()) / seconds;
  }
}
