package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.schedule.JitterDraw;
import io.ghlrelay.conformance.schedule.Plan;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.RetrySeries;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way to the URL, as the platform's dashboard would show it. Thread-safe: guarded
 * by its simulator's lock.
 */
public final class Delivery {
  private final Lock lock;
  private final long number;
  private final URI target;
  private final SimEvent event;
  private final Profile profile;
  private final long seed;
  private final RetrySeries series;
  private final List<Attempt> attempts = new ArrayList<>();
  private DeliveryState state = DeliveryState.PENDING;
  private @Nullable DeadReason reason;
  private @Nullable Instant due;
  private int running;

  Delivery(
      Lock lock, long number, URI target, SimEvent event, Profile profile, long seed, Instant due) {
    this.lock = lock;
    this.number = number;
    this.target = target;
    this.event = event;
    this.profile = profile;
    this.seed = seed;
    this.series = new RetrySeries(profile.rules(), JitterDraw.seeded(jitterSeed()));
    this.due = due;
  }

  /** The jitter depends on the seed and the event, never on what else is sent. */
  private long jitterSeed() {
    return seed ^ (event.webhookId().hashCode() * 0x9E3779B97F4A7C15L);
  }

  /** Its place among those of its simulator, from 1. */
  public long number() {
    return number;
  }

  /** What is sent. */
  public SimEvent event() {
    return event;
  }

  /** Where to. */
  public URI target() {
    return target;
  }

  /** Under which rules. */
  public Profile profile() {
    return profile;
  }

  /** The seed of its simulator, which brings the same schedule back. */
  public long seed() {
    return seed;
  }

  /** Where it stands. */
  public DeliveryState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** Why it was given up; null unless it was. */
  public @Nullable DeadReason reason() {
    lock.lock();
    try {
      return reason;
    } finally {
      lock.unlock();
    }
  }

  /** When the next attempt is due; null if none is. */
  public @Nullable Instant due() {
    lock.lock();
    try {
      return due;
    } finally {
      lock.unlock();
    }
  }

  /** The attempts so far. */
  public List<Attempt> attempts() {
    lock.lock();
    try {
      return List.copyOf(attempts);
    } finally {
      lock.unlock();
    }
  }

  /** The jitter drawn at the first failure; null before it, and where the rules draw none. */
  public @Nullable Duration jitter() {
    lock.lock();
    try {
      return series.jitter();
    } finally {
      lock.unlock();
    }
  }

  /** When each attempt was sent, from the end of the first one, which itself counts as zero. */
  public List<Duration> offsets() {
    List<Attempt> made = attempts();
    return made.stream()
        .map(
            attempt ->
                attempt.number() == 1
                    ? Duration.ZERO
                    : Duration.between(made.get(0).ended(), attempt.sent()))
        .toList();
  }

  /** When the attempts would be due if the endpoint answered each at once and took none. */
  public Plan plan() {
    return Plan.of(profile.rules(), JitterDraw.seeded(jitterSeed()));
  }

  /** Whether no attempt is due or under way. */
  public boolean settled() {
    lock.lock();
    try {
      return due == null && running == 0;
    } finally {
      lock.unlock();
    }
  }

  // What follows is for the simulator, under the lock.

  RetrySeries series() {
    return series;
  }

  void started() {
    running++;
  }

  void ended(Attempt attempt) {
    running--;
    attempts.add(attempt);
  }

  int nextNumber() {
    return attempts.size() + running + 1;
  }

  void due(@Nullable Instant instant) {
    due = instant;
  }

  void delivered() {
    state = DeliveryState.DELIVERED;
    reason = null;
    due = null;
  }

  void dead(DeadReason why) {
    if (state != DeliveryState.DELIVERED) {
      state = DeliveryState.DEAD;
      reason = why;
    }
    due = null;
  }
}
