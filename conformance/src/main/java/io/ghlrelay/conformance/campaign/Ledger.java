package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each event from both sides of the relay: what it acknowledged, what came to the
 * targets and what they answered. Some twenty bytes an event. Guarded by its own lock. Instants are
 * {@code System.nanoTime()}.
 */
final class Ledger {
  /** A first attempt that comes so long after its event is looked at. */
  private static final long LATE = Duration.ofMillis(300).toNanos();

  private static final int NOTED_ONE_IN = 4;

  private final EventSource events;
  private final ClockSteps clock;
  private final Violations violations;
  private final long[] sentAt;
  private final long[] relayIds;
  private final BitSet acknowledged = new BitSet();
  private final List<BitSet> delivered = new ArrayList<>();
  private final List<BitSet> dead = new ArrayList<>();
  private final Map<Long, Series> failing = new HashMap<>();
  private final List<Integer> noted = new ArrayList<>();
  private int acknowledgedCount;
  private long attempts;
  private long deliveredAgain;
  private long duplicates;
  private long tries;

  /** The attempts of a delivery as far as its target saw them fail. */
  private static final class Series {
    /** When the first attempt failed at the latest seen; 0 = not seen. */
    private long first;

    /** The last attempt that was answered, and when; 0 = none. */
    private int last;

    private long lastAt;
  }

  /** What a target may know of a request: which event it is of. */
  record Arrival(int target, int event, int attempt) {}

  Ledger(EventSource events, ClockSteps clock, Violations violations, int capacity) {
    this.events = events;
    this.clock = clock;
    this.violations = violations;
    this.sentAt = new long[capacity];
    this.relayIds = new long[capacity];
    for (int i = 0; i < CampaignTarget.ALL.size(); i++) {
      delivered.add(new BitSet());
      dead.add(new BitSet());
    }
  }

  /** An event is being sent. */
  synchronized void sending(int event, long now) {
    tries++;
    if (sentAt[event] == 0) {
      sentAt[event] = now;
    }
  }

  /** The relay has answered 200. */
  synchronized void acknowledged(int event, String relayId, boolean duplicate) {
    if (!duplicate && acknowledged.get(event)) {
      violations.found(
          ViolationKind.ADMITTED_TWICE,
          "event " + events.webhookId(event) + " was acknowledged, sent again, and taken as new");
    }
    duplicates += duplicate ? 1 : 0;
    identified(event, relayId);
    if (!acknowledged.get(event)) {
      acknowledged.set(event);
      acknowledgedCount++;
    }
  }

  /** One event of the platform's has one id of the relay's, wherever it shows. */
  private void identified(int event, String relayId) {
    long id = hash(relayId);
    if (relayIds[event] == 0) {
      relayIds[event] = id;
    } else if (relayIds[event] != id) {
      violations.found(
          ViolationKind.ADMITTED_TWICE,
          "event " + events.webhookId(event) + " has a second id, " + relayId);
      relayIds[event] = id;
    }
  }

  /** FNV-1a: an id in eight bytes. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** A request has come to a target; null if it is none that it may get. */
  synchronized @Nullable Arrival arrived(
      int target, String webhookId, String relayId, int attempt, byte[] body, long now) {
    attempts++;
    String name = CampaignTarget.ALL.get(target).name();
    int event = events.number(webhookId);
    if (event < 0 || event >= sentAt.length || sentAt[event] == 0) {
      violations.found(
          webhookId.startsWith(Flood.PREFIX) ? ViolationKind.FORGED : ViolationKind.WRONG,
          "an event that nobody sent came to " + name + ": '" + webhookId + "'");
      return null;
    }
    if (Arrays.stream(events.targets(event)).noneMatch(one -> one == target)
        || !Arrays.equals(body, events.body(event))
        || attempt < 1) {
      violations.found(
          ViolationKind.WRONG,
          "event "
              + webhookId
              + " came to "
              + name
              + " with other bytes, by a wrong route, or as attempt "
              + attempt);
      return null;
    }
    identified(event, relayId);
    deliveredAgain += delivered.get(target).get(event) ? 1 : 0;
    Arrival arrival = new Arrival(target, event, attempt);
    if (attempt > 1) {
      early(arrival, now);
    } else if (now - sentAt[event] > LATE) {
      note(event);
    }
    return arrival;
  }

  /** Some of the events that were tried again, or late: their records are worth a look. */
  private void note(int event) {
    if (Mix.below(NOTED_ONE_IN, NOTED_ONE_IN, event) == 0) {
      noted.add(event);
    }
  }

  /** Whether an attempt comes before its due instant could possibly be. */
  private void early(Arrival arrival, long now) {
    CampaignTarget target = CampaignTarget.ALL.get(arrival.target());
    Series series = failing.get(key(arrival));
    long base = sentAt[arrival.event()];
    long wait = 0;
    int steps = 1;
    if (target.rules().timeline() == Timeline.OFFSETS) {
      base = series != null && series.first != 0 ? series.first : base;
      wait = target.backoff(arrival.attempt() - 1) + target.rules().minJitter().toNanos();
    } else {
      int from = 1;
      if (series != null && series.last > 0 && series.last < arrival.attempt()) {
        base = series.lastAt;
        from = series.last;
      }
      for (int retry = from; retry < arrival.attempt(); retry++) {
        wait += target.backoff(retry);
      }
      steps = arrival.attempt() - from;
    }
    long early = base + wait - now;
    if (early > 0 && early > clock.allowance(base, now) * steps) {
      violations.found(
          ViolationKind.EARLY,
          "attempt %d of event %s to %s came %.1f ms before it was due"
              .formatted(
                  arrival.attempt(),
                  events.webhookId(arrival.event()),
                  target.name(),
                  early / 1e6));
    }
  }

  private static long key(Arrival arrival) {
    return (long) arrival.event() * CampaignTarget.ALL.size() + arrival.target();
  }

  /**
   * A target is about to answer, or break off, in a way that makes the attempt a failure. Not to be
   * called where the relay may already have given up by itself: its own end of the attempt would
   * then lie before.
   */
  synchronized void failed(Arrival arrival, long now) {
    Series series = failing.computeIfAbsent(key(arrival), one -> new Series());
    if (series.last == 0) {
      note(arrival.event());
    }
    if (arrival.attempt() == 1) {
      series.first = now;
    }
    series.last = arrival.attempt();
    series.lastAt = now;
  }

  /** A target answers 200. */
  synchronized void delivered(Arrival arrival) {
    delivered.get(arrival.target()).set(arrival.event());
    failing.remove(key(arrival));
  }

  /** A target has refused an event for good, or the relay has given it up by the rules. */
  synchronized void dead(int target, int event) {
    dead.get(target).set(event);
  }

  synchronized boolean isAcknowledged(int event) {
    return acknowledged.get(event);
  }

  synchronized int acknowledgedCount() {
    return acknowledgedCount;
  }

  synchronized long attempts() {
    return attempts;
  }

  /** Attempts at targets that had already answered 200: what at-least-once allows. */
  synchronized long deliveredAgain() {
    return deliveredAgain;
  }

  /** Answers that called an event a duplicate. */
  synchronized long duplicates() {
    return duplicates;
  }

  /** How often an event was sent, whatever came of it. */
  synchronized long tries() {
    return tries;
  }

  synchronized long delivered() {
    return delivered.stream().mapToLong(BitSet::cardinality).sum();
  }

  synchronized long dead() {
    return dead.stream().mapToLong(BitSet::cardinality).sum();
  }

  /** A delivery of an acknowledged event that is neither delivered nor dead. */
  record Open(int event, int target) {}

  /** Those among the events of a range. */
  synchronized List<Open> open(int from, int to) {
    List<Open> open = new ArrayList<>();
    for (int event = acknowledged.nextSetBit(from);
        event >= 0 && event < to;
        event = acknowledged.nextSetBit(event + 1)) {
      for (int target : events.targets(event)) {
        if (!delivered.get(target).get(event) && !dead.get(target).get(event)) {
          open.add(new Open(event, target));
        }
      }
    }
    return open;
  }

  /** Forgets what failed and what was noted, and gives some of it, spread over the time. */
  synchronized List<Integer> takeNoted(int most) {
    List<Integer> some = new ArrayList<>();
    int each = Math.max(1, noted.size() / most);
    for (int i = 0; i < noted.size() && some.size() < most; i += each) {
      some.add(noted.get(i));
    }
    noted.clear();
    failing.clear();
    return some;
  }
}
