package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.delivery.DeliveryListener;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What has just happened, for the live stream: the latest messages, numbered, in a ring. Whoever
 * publishes never waits, and pays next to nothing while nobody watches. Thread-safe.
 */
public final class LiveFeed implements DeliveryListener {
  /** Messages kept: a second of a busy relay, minutes of a quiet one. */
  static final int KEPT = 4096;

  private final AtomicReferenceArray<@Nullable Message> ring = new AtomicReferenceArray<>(KEPT);
  private final AtomicLong next = new AtomicLong(1);
  private final AtomicInteger watchers = new AtomicInteger();
  private final String epoch;

  /**
   * A feed.
   *
   * @param epoch tells this run of the relay from others in the ids of messages; letters and digits
   */
  public LiveFeed(String epoch) {
    this.epoch = epoch;
  }

  /** A message: a new event, or an attempt that has ended. Immutable but for its cached form. */
  static final class Message {
    private final long number;
    private final Event event;
    private final List<Delivery> deliveries;
    private final @Nullable Attempt attempt;
    private @Nullable String json;

    private Message(
        long number, Event event, List<Delivery> deliveries, @Nullable Attempt attempt) {
      this.number = number;
      this.event = event;
      this.deliveries = deliveries;
      this.attempt = attempt;
    }

    long number() {
      return number;
    }

    Event event() {
      return event;
    }

    /** All deliveries of a new event, or the one that the attempt was of. */
    List<Delivery> deliveries() {
      return deliveries;
    }

    /** Whether it is a new event; else it is an attempt that has ended. */
    boolean isEvent() {
      return attempt == null;
    }

    /** The name of the message in the stream. */
    String name() {
      return isEvent() ? "event" : "delivery";
    }

    /** Its JSON; the same for every watcher, so made once. Called by the admin's loop alone. */
    String json() {
      if (json == null) {
        json = encode().toString();
      }
      return json;
    }

    private ObjectNode encode() {
      if (attempt == null) {
        return EventJson.event(event, deliveries);
      }
      ObjectNode message = EventJson.object();
      message.put("eventId", event.id().toString());
      message.put("type", event.envelope().type());
      message.put("locationId", event.envelope().locationId());
      message.set("delivery", EventJson.delivery(deliveries.get(0)));
      message.set("attempt", EventJson.attempt(attempt));
      return message;
    }
  }

  /** A new event is durable. */
  public void stored(Admitted.Stored stored) {
    if (watchers.get() > 0) {
      publish(stored.event(), stored.deliveries(), null);
    }
  }

  @Override
  public void attempted(Event event, Delivery after, Attempt attempt) {
    if (watchers.get() > 0) {
      publish(event, List.of(after), attempt);
    }
  }

  private void publish(Event event, List<Delivery> deliveries, @Nullable Attempt attempt) {
    long number = next.getAndIncrement();
    ring.set((int) (number % KEPT), new Message(number, event, deliveries, attempt));
  }

  /** Someone watches from now on. */
  void watch() {
    watchers.incrementAndGet();
  }

  /** Someone watches no longer. */
  void unwatch() {
    watchers.decrementAndGet();
  }

  /** The number that the next message will get. */
  long next() {
    return next.get();
  }

  /** The message of a number; null = not there yet, or no longer. */
  @Nullable Message at(long number) {
    Message message = ring.get((int) (number % KEPT));
    return message != null && message.number() == number ? message : null;
  }

  /** Whether the message of a number below {@link #next} is in the ring, or was; else it comes. */
  boolean isPublished(long number) {
    Message message = ring.get((int) (number % KEPT));
    return message != null && message.number() >= number;
  }

  /** The id of a message, good until the relay stops. */
  String id(long number) {
    return epoch + "-" + number;
  }

  /** The number of an id of this run; -1 for any other text. */
  long numberOf(String id) {
    int dash = id.indexOf('-');
    if (dash < 0 || !id.substring(0, dash).equals(epoch)) {
      return -1;
    }
    try {
      long number = Long.parseLong(id.substring(dash + 1));
      return number > 0 && number < next.get() ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
