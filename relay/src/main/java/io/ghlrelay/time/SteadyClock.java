package io.ghlrelay.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process's clock: starts at the wall clock and then advances with the monotonic one, so that a
 * step of the wall clock neither loses a retry nor sends one early. Thread-safe.
 *
 * <p>Its instants have microsecond precision, as everything the relay stores.
 *
 * <p>When the wall clock runs ahead by more than {@link #LEAP} (the machine slept, or its clock was
 * set), this clock follows at once; it never goes back: when the wall clock is behind, it only
 * slows down by at most {@link #SLEW_PER_SECOND} until they agree.
 */
public final class SteadyClock extends Clock {
  /** Wall time ahead by more than this is taken over at once; less is slewed. */
  static final Duration LEAP = Duration.ofSeconds(10);

  /** Most correction per second of run time: 1 ms, the order of what NTP itself slews. */
  static final Duration SLEW_PER_SECOND = Duration.ofMillis(1);

  private static final Logger log = LoggerFactory.getLogger(SteadyClock.class);
  private static final long CHECK_NANOS = 1_000_000_000L;

  private final Clock wall;
  private final LongSupplier nanos;
  private volatile Anchor anchor;
  private boolean warnedBehind;

  /** Wall instant and monotonic nanoseconds that belong together. */
  private record Anchor(Instant instant, long nanos) {
    Instant at(long now) {
      return instant.plusNanos(now - nanos).truncatedTo(ChronoUnit.MICROS);
    }
  }

  /** Over the operating system's two clocks. */
  public SteadyClock() {
    this(Clock.systemUTC(), System::nanoTime);
  }

  SteadyClock(Clock wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.anchor = new Anchor(wall.instant(), nanos.getAsLong());
  }

  @Override
  public Instant instant() {
    long now = nanos.getAsLong();
    Anchor current = anchor;
    return now - current.nanos() < CHECK_NANOS ? current.at(now) : reanchor(now);
  }

  private synchronized Instant reanchor(long now) {
    Instant steady = anchor.at(now);
    long elapsed = now - anchor.nanos();
    if (elapsed < CHECK_NANOS) {
      return steady; // another thread has just done it
    }
    Duration ahead = Duration.between(steady, wall.instant());
    if (ahead.compareTo(LEAP) > 0) {
      log.warn("The wall clock jumped ahead by {}; following it.", ahead);
      anchor = new Anchor(steady.plus(ahead), now);
      return anchor.instant();
    }
    if (ahead.negated().compareTo(LEAP) > 0 && !warnedBehind) {
      warnedBehind = true;
      log.warn("The wall clock was set back by {}; schedules keep their pace.", ahead.negated());
    }
    long limit = SLEW_PER_SECOND.toNanos() * (elapsed / CHECK_NANOS);
    long slew = Math.max(-limit, Math.min(limit, saturatedNanos(ahead)));
    anchor = new Anchor(steady.plusNanos(slew), now);
    return steady;
  }

  private static long saturatedNanos(Duration duration) {
    return duration.toSeconds() < -Integer.MAX_VALUE ? -Long.MAX_VALUE : duration.toNanos();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /** This clock; it knows UTC only. */
  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
