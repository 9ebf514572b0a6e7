package io.ghlrelay.admin;

import io.ghlrelay.delivery.DeliveryListener;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What happened lately, for the console: the last hour by minute, events by type and by location,
 * and how each target has answered last. In memory, since the start of the relay.
 *
 * <p>The hour is read off the meters every few seconds ({@link #sample}), which costs the events
 * nothing. Thread-safe.
 */
public final class Activity implements DeliveryListener {
  /** Minutes kept. */
  static final int MINUTES = 60;

  /** Quantiles are over this many minutes. */
  private static final int QUANTILE_MINUTES = 5;

  /** Names of types and of locations counted; what comes beyond counts among the others. */
  private static final int MAX_TYPES = 1_000;

  private static final int MAX_LOCATIONS = 20_000;

  private final Clock clock;
  private final MeterRegistry registry;
  private final Instant startedAt;
  private final HourlyCounts types = new HourlyCounts(MAX_TYPES);
  private final HourlyCounts locations = new HourlyCounts(MAX_LOCATIONS);
  private final Map<String, LastAnswers> answers = new ConcurrentHashMap<>();
  private final Series relay = new Series();
  private final Map<String, Series> targets = new HashMap<>();
  private final RateMeter accepted = new RateMeter();

  /** Over the meters of the ingress and the delivery. */
  public Activity(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** What is counted by minute. */
  enum Kind {
    ACCEPTED,
    DUPLICATES,
    REFUSED,
    SIGNATURE_FAILURES,
    DELIVERED,
    RETRIED,
    DEAD
  }

  /** A new event is durable. Called on the store's thread. */
  public void stored(Admitted.Stored stored) {
    long hour = stored.event().receivedAt().getEpochSecond() / 3600;
    Instant at = stored.event().receivedAt();
    types.count(stored.event().envelope().type(), hour, at);
    locations.count(stored.event().envelope().locationId(), hour, at);
  }

  @Override
  public void attempted(Event event, Delivery after, Attempt attempt) {
    answers.computeIfAbsent(after.target(), name -> new LastAnswers()).add(attempt);
  }

  /** A direct route's attempt at a target has ended. Called on the dispatcher's loop. */
  public void forwarded(String target, Attempt attempt) {
    answers.computeIfAbsent(target, name -> new LastAnswers()).add(attempt);
  }

  /** How a target has answered last. Written by the dispatcher's loop, read by any thread. */
  static final class LastAnswers {
    private volatile int failuresInARow;
    private volatile @Nullable Attempt lastFailure;

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the dispatcher's loop writes
    private void add(Attempt attempt) {
      if (attempt.outcome().isSuccess()) {
        failuresInARow = 0;
      } else {
        lastFailure = attempt;
        failuresInARow++;
      }
    }

    int failuresInARow() {
      return failuresInARow;
    }

    @Nullable Attempt lastFailure() {
      return lastFailure;
    }
  }

  /** How a target has answered; never null, empty for one that had no attempt. */
  LastAnswers answers(String target) {
    return answers.getOrDefault(target, new LastAnswers());
  }

  HourlyCounts types() {
    return types;
  }

  HourlyCounts locations() {
    return locations;
  }

  Instant startedAt() {
    return startedAt;
  }

  /** Reads the meters; call it every few seconds. */
  public synchronized void sample() {
    long minute = minute(clock.instant());
    double taken =
        counted("relay.events.received", "outcome", "stored")
            + counted("relay.events.received", "outcome", "direct");
    accepted.add(clock.instant(), taken);
    relay.set(minute, Kind.ACCEPTED, taken);
    double duplicates = counted("relay.events.received", "outcome", "duplicate");
    relay.set(minute, Kind.DUPLICATES, duplicates);
    relay.set(minute, Kind.REFUSED, counted("relay.events.received") - taken - duplicates);
    relay.set(
        minute,
        Kind.SIGNATURE_FAILURES,
        counted("relay.signature.checks")
            - counted("relay.signature.checks", "result", "verified"));
    double delivered = 0;
    double retried = 0;
    double dead = 0;
    for (Timer timer : registry.find("relay.delivery.attempt").timers()) {
      String name = Objects.requireNonNullElse(timer.getId().getTag("target"), "");
      Series series = targets.computeIfAbsent(name, key -> new Series());
      double good = counted("relay.delivery.attempts", "target", name, "result", "2xx");
      double all = counted("relay.delivery.attempts", "target", name);
      double given = counted("relay.dead.letters", "target", name);
      series.set(minute, Kind.DELIVERED, good);
      series.set(minute, Kind.RETRIED, all - good - given);
      series.set(minute, Kind.DEAD, given);
      series.latencies(minute, timer.takeSnapshot().histogramCounts());
      delivered += good;
      retried += all - good - given;
      dead += given;
    }
    relay.set(minute, Kind.DELIVERED, delivered);
    relay.set(minute, Kind.RETRIED, retried);
    relay.set(minute, Kind.DEAD, dead);
  }

  private double counted(String name, String... tags) {
    return registry.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  private static long minute(Instant at) {
    return at.getEpochSecond() / 60;
  }

  /** The start of the first of the {@link #MINUTES} minutes; the last is the one that runs. */
  Instant from() {
    return clock.instant().truncatedTo(ChronoUnit.MINUTES).minus(MINUTES - 1, ChronoUnit.MINUTES);
  }

  /** The whole relay by minute, oldest first. */
  synchronized long[] minutes(Kind kind) {
    return relay.minutes(minute(clock.instant()), kind);
  }

  /** How many in all, as of the last sample. */
  synchronized long total(Kind kind) {
    return relay.total(kind);
  }

  /** One target by minute, oldest first. */
  synchronized long[] minutes(String target, Kind kind) {
    return targets.getOrDefault(target, new Series()).minutes(minute(clock.instant()), kind);
  }

  /** A target's attempt time that a share of the last minutes' attempts kept within; or null. */
  synchronized @Nullable Double quantileMillis(String target, double share) {
    Series series = targets.get(target);
    return series == null ? null : series.quantile(minute(clock.instant()), share);
  }

  /** Events accepted a second, over the last ten. */
  synchronized double acceptedPerSecond() {
    return accepted.perSecond();
  }

  /** Outcome of an attempt in the form the API shows: the status, or the error's name. */
  static String result(Outcome outcome) {
    return outcome instanceof Outcome.Answered answered
        ? Integer.toString(answered.status())
        : ((Outcome.Failed) outcome).error().id();
  }

  /**
   * Totals at the end of each minute, so that the difference of two neighbours is the minute
   * between. Guarded by the activity.
   */
  private static final class Series {
    private static final int SLOTS = MINUTES + 1;

    private final double[][] totals = new double[Kind.values().length][SLOTS];
    private final CountAtBucket[][] latencies = new CountAtBucket[SLOTS][];
    private long latest = -1;

    void set(long minute, Kind kind, double total) {
      advance(minute);
      totals[kind.ordinal()][slot(minute)] = total;
    }

    void latencies(long minute, CountAtBucket[] cumulative) {
      advance(minute);
      latencies[slot(minute)] = cumulative;
    }

    /** A minute that nothing was sampled in ends as the one before it did. */
    private void advance(long minute) {
      if (latest < 0) {
        latest = minute;
      }
      for (long next = Math.max(latest + 1, minute - SLOTS); next <= minute; next++) {
        for (double[] row : totals) {
          row[slot(next)] = row[slot(latest)];
        }
        latencies[slot(next)] = latencies[slot(latest)];
        latest = next;
      }
    }

    long[] minutes(long now, Kind kind) {
      if (latest >= 0) {
        advance(now);
      }
      long[] counts = new long[MINUTES];
      double[] row = totals[kind.ordinal()];
      for (int i = 0; i < MINUTES && latest >= 0; i++) {
        long minute = now - MINUTES + 1 + i;
        counts[i] = Math.round(row[slot(minute)] - row[slot(minute - 1)]);
      }
      return counts;
    }

    long total(Kind kind) {
      return latest < 0 ? 0 : Math.round(totals[kind.ordinal()][slot(latest)]);
    }

    @Nullable Double quantile(long now, double share) {
      if (latest < 0) {
        return null;
      }
      advance(now);
      CountAtBucket[] end = latencies[slot(now)];
      CountAtBucket[] begin = latencies[slot(now - QUANTILE_MINUTES)];
      return end == null ? null : Quantile.millis(begin, end, share);
    }

    private static int slot(long minute) {
      return (int) (minute % SLOTS);
    }
  }
}
