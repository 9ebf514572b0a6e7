package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gates of one target, and until when each was closed, so that a late attempt can say why.
 * Confined to its lane.
 */
final class Gates {
  private final Clock clock;
  private final CatchUp catchUp;
  private TargetConfig config;
  private @Nullable Breaker breaker;
  private @Nullable Pace pace;
  private List<Watched> all = List.of();

  private static final class Watched {
    private final Gate gate;
    private boolean closed;
    private Instant closedUntil = Instant.MIN;

    Watched(Gate gate) {
      this.gate = gate;
    }

    Instant look(Instant now) {
      Instant free = gate.freeAt(now);
      boolean held = free.isAfter(now);
      if (held || closed) {
        closedUntil = now;
      }
      closed = held;
      return free;
    }
  }

  /**
   * The gates that a configuration asks for.
   *
   * @param inFlight how many attempts are in flight
   */
  Gates(TargetConfig config, Clock clock, IntSupplier inFlight) {
    this.clock = clock;
    this.config = config;
    this.catchUp = new CatchUp(config, inFlight);
    open(config);
  }

  private void open(TargetConfig target) {
    breaker =
        target.flow().breaker() == null
            ? null
            : new Breaker(target.name(), target.flow().breaker(), clock);
    pace = target.rateLimit() == null ? null : new Pace(target.rateLimit());
    watch();
  }

  private void watch() {
    List<Watched> gates = new ArrayList<>();
    if (breaker != null) {
      gates.add(new Watched(breaker));
    }
    gates.add(new Watched(catchUp));
    if (pace != null) {
      gates.add(new Watched(pace));
    }
    all = gates;
  }

  /** Takes a new configuration; what has not changed in it keeps its state. */
  void configure(TargetConfig fresh) {
    catchUp.configure(fresh);
    Breaker keptBreaker =
        Objects.equals(fresh.flow().breaker(), config.flow().breaker()) ? breaker : null;
    Pace keptPace = Objects.equals(fresh.rateLimit(), config.rateLimit()) ? pace : null;
    config = fresh;
    open(fresh);
    if (keptBreaker != null || keptPace != null) {
      breaker = keptBreaker != null ? keptBreaker : breaker;
      pace = keptPace != null ? keptPace : pace;
      watch();
    }
  }

  /** Something is due: when it may start; not after {@code now} = now. */
  Instant look(Instant due, Instant now) {
    catchUp.waiting(due, now);
    Instant latest = now;
    for (Watched one : all) {
      Instant free = one.look(now);
      latest = free.isAfter(latest) ? free : latest;
    }
    return latest;
  }

  /** When an attempt may start that is not due yet. */
  Instant freeAt(Instant now) {
    Instant latest = now;
    for (Watched one : all) {
      Instant free = one.gate.freeAt(now);
      latest = free.isAfter(latest) ? free : latest;
    }
    return latest;
  }

  /** The first gate that is closed, by the name of its deferral; one must be. */
  String closed(Instant now) {
    return all.stream()
        .map(one -> one.gate)
        .filter(gate -> gate.freeAt(now).isAfter(now))
        .findFirst()
        .orElseThrow()
        .deferral();
  }

  /**
   * An attempt starts.
   *
   * @return its permit, to be given back by {@link #answered} or {@link #notMade}
   */
  long started(Instant now) {
    all.forEach(one -> one.gate.started(now));
    return breaker == null ? 0 : breaker.permit();
  }

  /** An attempt that had started was not made after all. */
  void notMade(long permit) {
    if (breaker != null) {
      breaker.notMade(permit);
    }
  }

  /** An attempt has ended. */
  void answered(long permit, Outcome outcome, Instant now) {
    boolean unavailable = outcome.unavailable();
    catchUp.answered(unavailable, now);
    if (breaker != null && breaker.answered(permit, unavailable)) {
      catchUp.expect(now);
    }
  }

  /** A time without attempts is over: what has gathered is caught up with. */
  void resumed(Instant now) {
    catchUp.expect(now);
  }

  /** Nothing that is due waits. */
  void caughtUp() {
    catchUp.end();
  }

  /** The state of the circuit breaker; null if there is none. */
  @Nullable BreakerState breakerState() {
    return breaker == null ? null : breaker.state();
  }

  /** What held an attempt back beyond its due instant, or null. */
  @Nullable String deferral(Instant due) {
    for (Watched one : all) {
      if (!one.closedUntil.isBefore(due)) {
        return one.gate.deferral();
      }
    }
    return null;
  }
}
