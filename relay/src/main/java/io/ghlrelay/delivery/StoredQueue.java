package io.ghlrelay.delivery;

import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link DueWindow}, refilled from the store. Confined to the dispatcher's loop. */
final class StoredQueue implements DueQueue {
  /** Deliveries held in memory: enough for a second at full speed, some MB at most. */
  static final int WINDOW = 8192;

  /** How long to wait before asking a failing store again. */
  static final Duration STORE_PAUSE = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(StoredQueue.class);

  private final Source source;
  private final Predicate<Delivery> held;
  private final Runnable changed;
  private final DueWindow window;

  /**
   * Where a queue's deliveries come from.
   *
   * @param target the target's name
   * @param store holds all of them
   * @param loop owns the queue
   * @param reader reads the store
   * @param clock for waiting
   * @param bodies how many body bytes may be held in memory
   */
  record Source(
      String target,
      EventStore store,
      Loop loop,
      Executor reader,
      Clock clock,
      BodyBudget bodies) {}

  /**
   * A queue that reads its deliveries when first told to {@link #readOn}.
   *
   * @param held which of the deliveries read are held; others are passed over
   * @param changed told, on the loop, when something has been read
   */
  StoredQueue(Source source, Predicate<Delivery> held, Runnable changed) {
    this.source = source;
    this.held = held;
    this.changed = changed;
    this.window = new DueWindow(WINDOW, source.bodies());
  }

  @Override
  public void add(Pending pending) {
    window.add(pending);
  }

  @Override
  public @Nullable Instant earliestDue() {
    return window.earliestDue();
  }

  /** The earliest, due or not; null if none. */
  @Nullable Pending first() {
    return window.first();
  }

  @Override
  public @Nullable Pending takeDue(Instant now) {
    return window.takeDue(now);
  }

  /** Lets go of some; the store still has them. */
  void drop(Predicate<EventId> dropped) {
    window.drop(dropped);
  }

  /** What a refill under way still brings of them is found out when it is read. */
  @Override
  public void forget(Set<EventId> events) {
    window.drop(events::contains);
  }

  @Override
  public boolean rewind() {
    window.rewind();
    return true;
  }

  /** A busy delivery is busy no more. */
  void ended(EventId id) {
    window.settled(id);
  }

  @Override
  public void settled(Delivery after) {
    window.settled(after.eventId());
    if (after.state() == DeliveryState.PENDING) {
      window.add(new Pending(after, null));
    }
  }

  @Override
  public int busyCount() {
    return window.busyCount();
  }

  @Override
  public boolean reading() {
    return window.mayLackDue();
  }

  @Override
  public void readOn() {
    if (!window.wantsRefill()) {
      return;
    }
    var from = window.refillFrom();
    int limit = window.refillSize();
    source
        .reader()
        .execute(
            () -> {
              try {
                List<Delivery> read = source.store().due(source.target(), from, limit);
                source.loop().execute(() -> refilled(read));
              } catch (RuntimeException e) {
                log.warn(
                    "Target {}: its queue could not be read; trying again.", source.target(), e);
                source.loop().execute(this::refillFailed);
              }
            });
  }

  private void refilled(List<Delivery> read) {
    window.refilled(read, held);
    changed.run();
  }

  private void refillFailed() {
    source
        .loop()
        .at(
            source.clock().instant().plus(STORE_PAUSE),
            () -> {
              window.refillFailed();
              changed.run();
            });
  }

  @Override
  public void close() {
    window.rewind();
  }
}
