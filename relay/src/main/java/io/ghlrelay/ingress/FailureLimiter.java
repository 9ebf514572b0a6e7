package io.ghlrelay.ingress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps those who send bad signatures from taking the time of those who do not. Thread-safe.
 *
 * <p>Within its budget an address gets its 401 at once; beyond it the 401 comes late, and only so
 * many requests a second of such addresses are checked at all: a check costs more than all else
 * that a forged request asks for. The others get 429, which the platform sends again. Never held
 * are addresses without a failure, and connections whose last signature was good: behind a proxy
 * all requests may share one address.
 */
final class FailureLimiter {
  /** Failures an address may have at once: a developer trying keys never meets the limit. */
  static final int BURST = 200;

  /** Failures per second that an address may have for ever. */
  static final int PER_SECOND = 50;

  /**
   * Failures per second of all addresses together; beyond it, every address that has failed lately
   * counts as beyond its budget, so that many of them cannot do what one cannot.
   */
  static final int PER_SECOND_OF_ALL = 1_000;

  /** Checks per second for all addresses beyond their budget; a few percent of a processor. */
  static final int CHECKS_PER_SECOND = 500;

  /** How late an answer beyond the budget is. */
  static final Duration DELAY = Duration.ofMillis(250);

  /** How long an address that has failed is remembered for it. */
  private static final long LATELY = Duration.ofMinutes(1).toNanos();

  /** Late answers at once, over all addresses; beyond it connections are closed instead. */
  private static final int MAX_LATE = 4_000;

  /** Leading bytes of an IPv6 address that count: whoever has one has its whole /64. */
  private static final int IPV6_BYTES = 8;

  private final Ticker ticker;
  private final Cache<ByteBuffer, Bucket> failures;
  private final Bucket failuresOfAll;
  private final Bucket checks;
  private final AtomicLong late = new AtomicLong();

  FailureLimiter(Ticker ticker) {
    this.ticker = ticker;
    this.failuresOfAll = new Bucket(PER_SECOND_OF_ALL, PER_SECOND_OF_ALL, ticker.read());
    this.checks = new Bucket(CHECKS_PER_SECOND, CHECKS_PER_SECOND, ticker.read());
    // The size cap is safe here: a forgotten address only gets its budget back.
    this.failures =
        Caffeine.newBuilder()
            .ticker(ticker)
            .expireAfterAccess(Duration.ofMinutes(5))
            .maximumSize(100_000)
            .build();
  }

  /** What to do with the answer to a request that was refused for its signature, or unchecked. */
  enum Verdict {
    /** Answer now. */
    NOW,
    /** Answer after {@link #DELAY}, then call {@link FailureLimiter#answeredLate}. */
    LATE,
    /** Close without an answer. */
    CLOSE
  }

  /** A bucket that leaks: so much at once, so much a second for ever. Thread-safe. */
  private static final class Bucket {
    private final long cost;
    private final long size;
    private final AtomicLong emptyAt;
    private volatile long lastAt;

    Bucket(int burst, int perSecond, long now) {
      this.cost = Duration.ofSeconds(1).toNanos() / perSecond;
      this.size = cost * burst;
      this.emptyAt = new AtomicLong(now);
      this.lastAt = now;
    }

    /** Puts one in; false, and nothing put in, if there is no room. */
    boolean put(long now) {
      lastAt = now;
      while (true) {
        long at = emptyAt.get();
        long next = Math.max(at, now) + cost;
        if (next - now > size) {
          return false;
        }
        if (emptyAt.compareAndSet(at, next)) {
          return true;
        }
      }
    }

    /** Whether anything was put in, or tried to be, within {@link #LATELY}. */
    boolean isRecent(long now) {
      return now - lastAt < LATELY;
    }

    boolean isFull(long now) {
      return Math.max(emptyAt.get(), now) + cost - now > size;
    }
  }

  /**
   * Whether a request's signature is to be checked.
   *
   * @param address of its sender
   * @param proven whether the last signature on its connection was good
   */
  boolean mayCheck(InetAddress address, boolean proven) {
    Bucket bucket = proven ? null : failures.getIfPresent(key(address));
    long now = ticker.read();
    boolean suspect =
        bucket != null
            && (bucket.isFull(now) || (bucket.isRecent(now) && failuresOfAll.isFull(now)));
    return !suspect || checks.put(now);
  }

  /** Counts a failure of an address. */
  Verdict failed(InetAddress address) {
    long now = ticker.read();
    failuresOfAll.put(now);
    Bucket bucket = failures.get(key(address), a -> new Bucket(BURST, PER_SECOND, now));
    return bucket.put(now) ? Verdict.NOW : unchecked();
  }

  /** For a request that was not checked. */
  Verdict unchecked() {
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

  private static ByteBuffer key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, IPV6_BYTES));
  }
}
