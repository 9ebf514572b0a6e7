package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The removal of all that is held of one location, newest first: its events page by page, then the
 * company learnt for it, then the bytes on disk. What is removed stays so, however a job ends; a
 * later one for the same location does the rest. Worked on in steps by one thread; its progress may
 * be read by any.
 */
final class PurgeJob {
  /** Events read, and removed in one write. */
  private static final int PAGE = 200;

  private final String id;
  private final String location;
  private final boolean dryRun;
  private final EventStore store;
  private final RelayControl relay;
  private final Clock clock;
  private final Instant startedAt;

  private EventQuery next;
  private volatile State state;
  private volatile long events;
  private volatile long deliveries;
  private volatile long pending;
  private volatile long bodyBytes;
  private volatile boolean companyKnown;
  private volatile @Nullable EventId reached;
  private volatile @Nullable Instant endedAt;
  private volatile @Nullable String error;

  /** Where a job stands. */
  enum State {
    COUNTING,
    REMOVING,
    ERASING,
    DONE,
    CANCELLED,
    FAILED;

    private boolean isRunning() {
      return this == COUNTING || this == REMOVING || this == ERASING;
    }
  }

  /**
   * A job.
   *
   * @param location exact location id
   * @param dryRun only counts
   */
  PurgeJob(
      String id,
      String location,
      boolean dryRun,
      EventStore store,
      RelayControl relay,
      Clock clock) {
    this.id = id;
    this.location = location;
    this.dryRun = dryRun;
    this.store = store;
    this.relay = relay;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.state = dryRun ? State.COUNTING : State.REMOVING;
    this.next =
        new EventQuery(
            location, null, null, null, null, null, null, null, false, null, null, null, PAGE);
  }

  String id() {
    return id;
  }

  boolean isRunning() {
    return state.isRunning();
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** Ends it, unless the disk is being rewritten: false = then it has to run on. */
  synchronized boolean cancel() {
    if (state == State.ERASING) {
      return false;
    }
    end(State.CANCELLED, null);
    return true;
  }

  void failed(String why) {
    end(State.FAILED, why);
  }

  private synchronized void end(State how, @Nullable String why) {
    if (state.isRunning()) {
      error = why;
      endedAt = clock.instant();
      state = how;
    }
  }

  /** False = it has been cancelled meanwhile. */
  private synchronized boolean beginErasing() {
    if (state == State.REMOVING) {
      state = State.ERASING;
    }
    return state == State.ERASING;
  }

  /** Does a part of the work: a page of events, or what comes after the last one. */
  void step() {
    EventPage page = store.find(next);
    if (!page.events().isEmpty()) {
      take(page.events());
    }
    EventId last = page.next();
    if (last != null) {
      reached = last;
      next = next.after(last);
    } else if (dryRun) {
      companyKnown = store.learntCompanies().containsKey(location);
      end(State.DONE, null);
    } else if (beginErasing()) {
      companyKnown = relay.forgetCompany(location);
      relay.erase();
      end(State.DONE, null);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread works on a job at a time
  private void take(List<EventPage.Item> items) {
    int removed =
        dryRun
            ? items.size()
            : relay.remove(items.stream().map(item -> item.event().id()).toList());
    events += removed;
    for (EventPage.Item item : items) {
      bodyBytes += item.event().bodySize();
      deliveries += item.deliveries().size();
      pending +=
          item.deliveries().stream()
              .filter(delivery -> delivery.state() == DeliveryState.PENDING)
              .count();
    }
  }

  ObjectNode json() {
    EventId last = reached;
    return EventJson.object()
        .put("id", id)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("location", location)
        .put("dryRun", dryRun)
        .put("events", events)
        .put("deliveries", deliveries)
        .put("pending", pending)
        .put("bodyBytes", bodyBytes)
        .put("companyKnown", companyKnown)
        .put("reached", last == null ? null : EventJson.time(last.time()))
        .put("startedAt", EventJson.time(startedAt))
        .put("endedAt", EventJson.time(endedAt))
        .put("error", error);
  }
}
