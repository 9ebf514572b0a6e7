package io.ghlrelay.conformance.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What was done to the relay's wall clock, and when it started: by how much its own time may run
 * ahead of real time between two instants. Thread-safe. Instants are {@code System.nanoTime()}.
 */
final class ClockSteps {
  /** Both sides cut to whole units, and the machine's own clock is steered. */
  private static final long TOLERANCE = Duration.ofMillis(3).toNanos();

  /** A relay may take a step over this much later than it was made. */
  private static final long NOTICED_WITHIN = Duration.ofSeconds(5).toNanos();

  /** A relay that steers towards the wall clock may run this much fast: one part in so many. */
  private static final long SLEW_PARTS = 500;

  /** From an instant on the wall clock is off by so much. */
  private record Step(long at, long offset) {}

  private final List<Step> steps = new ArrayList<>(List.of(new Step(Long.MIN_VALUE, 0)));
  private final List<Long> starts = new ArrayList<>();

  /** The wall clock is off by so much from now on. */
  synchronized void set(long at, Duration offset) {
    steps.add(new Step(at, offset.toNanos()));
  }

  /** The relay has started. */
  synchronized void started(long at) {
    starts.add(at);
  }

  /** How much sooner something may happen that was planned at one instant for another. */
  synchronized long allowance(long from, long to) {
    if (steps.size() == 1) {
      return TOLERANCE;
    }
    long slack = TOLERANCE + Math.max(0, to - from) / SLEW_PARTS;
    long firstStart = startBefore(from);
    long lastStart = startBefore(to);
    return slack
        + (firstStart == lastStart
            ? stepsAhead(from - NOTICED_WITHIN, to)
            : Math.max(0, greatest(lastStart, to) - least(firstStart, from)));
  }

  private long startBefore(long at) {
    long found = Long.MIN_VALUE;
    for (long start : starts) {
      found = start <= at ? start : found;
    }
    return found;
  }

  private long stepsAhead(long from, long to) {
    long sum = 0;
    for (int i = 1; i < steps.size(); i++) {
      long step = steps.get(i).offset() - steps.get(i - 1).offset();
      sum += steps.get(i).at() > from && steps.get(i).at() <= to ? Math.max(0, step) : 0;
    }
    return sum;
  }

  private long greatest(long from, long to) {
    long greatest = at(from);
    for (Step step : steps) {
      greatest = step.at() > from && step.at() <= to ? Math.max(greatest, step.offset()) : greatest;
    }
    return greatest;
  }

  private long least(long from, long to) {
    long least = at(from);
    for (Step step : steps) {
      least = step.at() > from && step.at() <= to ? Math.min(least, step.offset()) : least;
    }
    return least;
  }

  private long at(long instant) {
    long offset = 0;
    for (Step step : steps) {
      offset = step.at() <= instant ? step.offset() : offset;
    }
    return offset;
  }
}
