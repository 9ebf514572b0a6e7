package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.schedule.Breaker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Whether the platform still sends to a URL. Counts attempts by the hour over the breaker's window;
 * a warning that is no longer deserved when the grace ends is lifted [our reading: nobody publishes
 * what is counted, nor how often it is looked at]. Guarded by the simulator's lock.
 */
final class UrlHealth {
  private static final Duration SLOT = Duration.ofHours(1);

  private final @Nullable Breaker breaker;
  private final Deque<Slot> slots = new ArrayDeque<>();
  private long attempts;
  private long delivered;
  private @Nullable Instant warnedAt;
  private @Nullable Instant pausedAt;

  UrlHealth(@Nullable Breaker breaker) {
    this.breaker = breaker;
  }

  private static final class Slot {
    private final Instant start;
    private long attempts;
    private long delivered;

    Slot(Instant start) {
      this.start = start;
    }
  }

  /** Counts an attempt. */
  void record(Instant at, boolean success) {
    if (breaker == null) {
      return;
    }
    forget(at, breaker);
    Slot slot = slots.peekLast();
    if (slot == null || !at.isBefore(slot.start.plus(SLOT))) {
      slot = new Slot(at);
      slots.addLast(slot);
    }
    slot.attempts++;
    attempts++;
    if (success) {
      slot.delivered++;
      delivered++;
    }
    if (warnedAt == null && bad(breaker)) {
      warnedAt = at;
    }
  }

  /** Whether nothing is sent at this instant. */
  boolean paused(Instant at) {
    if (breaker == null || pausedAt != null) {
      return pausedAt != null;
    }
    Instant warned = warnedAt;
    if (warned != null && !at.isBefore(warned.plus(breaker.grace()))) {
      forget(at, breaker);
      if (bad(breaker)) {
        pausedAt = at;
        return true;
      }
      warnedAt = null;
    }
    return false;
  }

  /** What "re-enable" in the dashboard does. */
  void enable() {
    pausedAt = null;
    warnedAt = null;
    slots.clear();
    attempts = 0;
    delivered = 0;
  }

  Health snapshot() {
    return new Health(
        pausedAt != null
            ? Health.State.PAUSED
            : warnedAt != null ? Health.State.WARNED : Health.State.GOOD,
        attempts,
        delivered,
        warnedAt,
        pausedAt);
  }

  private boolean bad(Breaker rule) {
    return attempts > rule.webhooks() && delivered < attempts * rule.successRate();
  }

  private void forget(Instant at, Breaker rule) {
    while (!slots.isEmpty() && slots.getFirst().start.isBefore(at.minus(rule.window()))) {
      Slot old = slots.removeFirst();
      attempts -= old.attempts;
      delivered -= old.delivered;
    }
  }
}
