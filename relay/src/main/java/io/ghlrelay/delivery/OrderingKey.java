package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.platform.EnvelopeReader;
import io.ghlrelay.store.Event;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What deliveries of a target are kept in order by, as 64 bits: a hash, so that a key costs the
 * same however long an id is. Two ids that share one only wait for each other. Thread-safe.
 */
final class OrderingKey {
  private static final EnvelopeReader BODIES = new EnvelopeReader();

  /** FNV-1a, 64 bits. */
  private static final long OFFSET = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  private OrderingKey() {}

  /**
   * The key of an event, or null where the event has none, or nothing is ordered.
   *
   * @param body its exact bytes, asked for only where they are needed: the contact is not kept with
   *     the event
   */
  static @Nullable Long of(Ordering ordering, Event event, Supplier<byte[]> body) {
    String id =
        switch (ordering) {
          case NONE -> null;
          case LOCATION -> event.envelope().locationId();
          case CONTACT -> BODIES.contact(body.get());
        };
    return id == null ? null : hash(id);
  }

  private static long hash(String text) {
    long hash = OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return hash;
  }
}
