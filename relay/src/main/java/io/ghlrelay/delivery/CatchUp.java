package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.TargetConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Approaches a target gently after an outage: while what has gathered is caught up with, attempts
 * in flight rise from a few to the target's concurrency, linearly over a time of good answers. Time
 * in which it answers badly does not count, and a run of failures begins anew. (Additive increase,
 * and the increase only on success, as TCP does; a cold cache does not get warm by doubling.)
 *
 * <p>It begins where deliveries have fallen due meanwhile when attempts are made again after a time
 * without (a pause, an open breaker, the relay down), or with the first good answer after {@link
 * #OUTAGE} bad ones in a row. It ends when nothing due is left waiting, so a target that is well
 * never meets it. Failures alone do not begin it: until the first good answer the schedule of
 * retries is the policy's. Confined to its lane.
 */
final class CatchUp implements Gate {
  /** So many failures in a row are an outage. */
  static final int OUTAGE = 10;

  private final IntSupplier inFlight;
  private FlowConfig.CatchUp config;
  private int concurrency;
  private boolean ramping;
  private int failures;
  private @Nullable Instant expected;
  private Duration good = Duration.ZERO;
  private Instant answeredAt = Instant.MIN;

  CatchUp(TargetConfig target, IntSupplier inFlight) {
    this.inFlight = inFlight;
    this.config = target.flow().catchUp();
    this.concurrency = target.concurrency();
  }

  void configure(TargetConfig target) {
    config = target.flow().catchUp();
    concurrency = target.concurrency();
  }

  /** An outage is over: a ramp begins if something due before now waits. */
  void expect(Instant now) {
    expected = now;
    failures = 0;
  }

  /** Something due at {@code due} is about to be attempted. */
  void waiting(Instant due, Instant now) {
    if (expected != null && due.isBefore(expected)) {
      expected = null;
      ramping = true;
      good = Duration.ZERO;
      answeredAt = now;
    }
  }

  /** Nothing due waits. */
  void end() {
    expected = null;
    ramping = false;
  }

  /** An attempt has ended; {@code bad} = the target seems unavailable. */
  void answered(boolean bad, Instant now) {
    if (bad) {
      failures++;
      if (failures >= OUTAGE) {
        good = Duration.ZERO;
      }
    } else if (failures >= OUTAGE) {
      expect(now);
    } else {
      failures = 0;
      if (ramping && now.isAfter(answeredAt)) {
        good = good.plus(Duration.between(answeredAt, now));
      }
    }
    answeredAt = now;
  }

  /** Attempts that may be in flight now. */
  int limit() {
    if (!ramping || good.compareTo(config.over()) >= 0) {
      return concurrency;
    }
    double share = (double) good.toNanos() / config.over().toNanos();
    return Math.min(concurrency, config.from() + (int) (share * (concurrency - config.from())));
  }

  @Override
  public Instant freeAt(Instant now) {
    return inFlight.getAsInt() < limit() ? now : BY_EVENT;
  }

  @Override
  public void started(Instant now) {
    // what is in flight is counted by the lane
  }

  @Override
  public String deferral() {
    return "catchUp";
  }
}
