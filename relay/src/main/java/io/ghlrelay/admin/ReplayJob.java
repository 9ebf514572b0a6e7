package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A replay of all events that fit a filter, newest first. Worked on in steps by one thread; its
 * progress may be read by any. Its cursor lets another replay go on where this one ended, even
 * after a restart of the relay.
 */
final class ReplayJob {
  /** Events read at once. */
  private static final int PAGE = 200;

  private final String id;
  private final EventFilters filters;
  private final @Nullable Integer perSecond;
  private final EventStore store;
  private final RelayControl relay;
  private final Clock clock;
  private final Instant startedAt;
  private final Deque<EventPage.Item> waiting = new ArrayDeque<>();

  private @Nullable EventQuery next;
  private EventQuery counting;
  private boolean counted;
  private volatile State state = State.RUNNING;
  private volatile long matched;
  private volatile long replayed;
  private volatile long skipped;
  private volatile @Nullable EventId cursor;
  private volatile @Nullable Instant endedAt;
  private volatile @Nullable String error;

  /** Where a job stands. */
  enum State {
    RUNNING,
    DONE,
    CANCELLED,
    FAILED
  }

  /**
   * A job.
   *
   * @param filters what is replayed; with a state
   * @param from go on behind this event; null = from the newest
   * @param perSecond events a second at most; null = as fast as the store takes them
   */
  ReplayJob(
      String id,
      EventFilters filters,
      @Nullable EventId from,
      @Nullable Integer perSecond,
      EventStore store,
      RelayControl relay,
      Clock clock) {
    this.id = id;
    this.filters = filters;
    this.perSecond = perSecond;
    this.store = store;
    this.relay = relay;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.cursor = from;
    this.next = EventFilters.resolved(filters.query(clock, from, PAGE), store);
    this.counting = this.next.withLimit(1000);
  }

  String id() {
    return id;
  }

  @Nullable Integer perSecond() {
    return perSecond;
  }

  boolean isRunning() {
    return state == State.RUNNING;
  }

  /** Ends it; what is replayed stays so. */
  void cancel() {
    end(State.CANCELLED, null);
  }

  void failed(String why) {
    end(State.FAILED, why);
  }

  private synchronized void end(State how, @Nullable String why) {
    if (state == State.RUNNING) {
      error = why;
      endedAt = clock.instant();
      state = how;
    }
  }

  /**
   * Does a part of the work: a page of counting first, then events.
   *
   * @param most events replayed at most
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread works on a job at a time
  void step(int most) {
    if (!counted) {
      EventPage page = store.find(counting);
      matched += page.events().size();
      counted = page.next() == null;
      if (page.next() != null) {
        counting = counting.after(page.next());
      }
      return;
    }
    for (int i = 0; i < most && isRunning(); i++) {
      EventPage.Item item = nextItem();
      if (item == null) {
        return;
      }
      EventId event = item.event().id();
      if (relay.replay(event, Replays.targets(item, filters)).orElse(List.of()).isEmpty()) {
        skipped++;
      } else {
        replayed++;
      }
      cursor = event;
    }
  }

  /** The next event; null = look again, or done. */
  private EventPage.@Nullable Item nextItem() {
    if (waiting.isEmpty()) {
      EventQuery query = next;
      if (query == null) {
        end(State.DONE, null);
        return null;
      }
      EventPage page = store.find(query);
      waiting.addAll(page.events());
      next = page.next() == null ? null : query.after(page.next());
    }
    return waiting.poll();
  }

  ObjectNode json() {
    EventId last = cursor;
    return EventJson.object()
        .put("id", id)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("filter", filters.text())
        .put("matched", matched)
        .put("replayed", replayed)
        .put("skipped", skipped)
        .put("perSecond", perSecond)
        .put("startedAt", EventJson.time(startedAt))
        .put("endedAt", EventJson.time(endedAt))
        .put("cursor", last == null ? null : last.toString())
        .put("error", error);
  }
}
