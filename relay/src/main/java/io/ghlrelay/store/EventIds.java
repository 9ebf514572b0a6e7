package io.ghlrelay.store;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * Makes {@link EventId}s that rise strictly, even within a millisecond and when the clock steps
 * back (RFC 9562, section 6.2, method 1). Thread-safe.
 */
public final class EventIds {
  private static final int COUNTER_BITS = 12;
  private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;

  private final Clock clock;
  private final RandomGenerator random;
  private long lastMillis;
  private long counter;

  /** Ids by the given clock, random bits from the operating system's generator. */
  public EventIds(Clock clock) {
    this(clock, new java.util.SplittableRandom(new SecureRandom().nextLong()));
  }

  EventIds(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The next id. */
  public synchronized EventId next() {
    long now = clock.millis();
    if (now > lastMillis) {
      lastMillis = now;
      counter = 0;
    } else if (++counter > COUNTER_MASK) {
      lastMillis++; // borrow from the next millisecond rather than wait for it
      counter = 0;
    }
    long msb = (lastMillis << 16) | 0x7000L | counter;
    long lsb = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
    return new EventId(msb, lsb);
  }
}
