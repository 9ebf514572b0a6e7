package io.ghlrelay.ingress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Slows down whoever sends bad signatures, and nobody else: within its budget an address gets its
 * 401 at once; beyond it the 401 comes late, so that each connection of a flood can ask for few
 * verifications a second. Genuine requests are never held, not even from the same address: behind a
 * proxy all requests share one. Thread-safe.
 */
final class FailureLimiter {
  /** Failures an address may have at once: a developer trying keys never meets the limit. */
  static final int BURST = 200;

  /** Failures per second that an address may have for ever. */
  static final int PER_SECOND = 50;

  /** How late a 401 beyond the budget is. */
  static final Duration DELAY = Duration.ofMillis(250);

  /** Late answers at once, over all addresses; beyond it connections are closed instead. */
  private static final int MAX_LATE = 2_000;

  private final Ticker ticker;
  private final Cache<InetAddress, AtomicLong> emptyAt;
  private final AtomicLong late = new AtomicLong();

  FailureLimiter(Ticker ticker) {
    this.ticker = ticker;
    // The size cap is safe here: a forgotten address only gets its budget back.
    this.emptyAt =
        Caffeine.newBuilder()
            .ticker(ticker)
            .expireAfterAccess(Duration.ofMinutes(5))
            .maximumSize(100_000)
            .build();
  }

  /** What to do with the answer to a failed verification. */
  enum Verdict {
    /** Answer now. */
    NOW,
    /** Answer after {@link #DELAY}, then call {@link FailureLimiter#answeredLate}. */
    LATE,
    /** Close without an answer. */
    CLOSE
  }

  /** Counts a failure of an address; a leaky bucket that drains {@link #PER_SECOND}. */
  Verdict failed(InetAddress address) {
    long now = ticker.read();
    long cost = Duration.ofSeconds(1).toNanos() / PER_SECOND;
    AtomicLong bucket = emptyAt.get(address, a -> new AtomicLong(now));
    long emptyAfter = bucket.updateAndGet(at -> Math.max(at, now) + cost);
    if (emptyAfter - now <= cost * BURST) {
      return Verdict.NOW;
    }
    bucket.addAndGet(-cost); // a full bucket does not grow, or a flood would be remembered for ever
    if (late.incrementAndGet() > MAX_LATE) {
      late.decrementAndGet();
      return Verdict.CLOSE;
    }
    return Verdict.LATE;
  }

  /** A late answer has been given, or its connection has closed. */
  void answeredLate() {
    late.decrementAndGet();
  }
}
