package io.ghlrelay.store;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import java.time.Instant;
import java.util.List;

/**
 * One webhook as the platform sent it, without its body (see {@link EventStore#body}). Immutable.
 *
 * @param id the relay's id
 * @param receivedAt when its last byte came, microsecond precision
 * @param envelope what was read of the body
 * @param verified the scheme whose signature was found good
 * @param headers the request's end-to-end headers, in order, as received
 * @param bodySize length of the body in bytes
 * @param conflict true if an event with the same appId and webhookId but another body came before
 */
public record Event(
    EventId id,
    Instant receivedAt,
    Envelope envelope,
    SignatureScheme verified,
    List<Header> headers,
    int bodySize,
    boolean conflict) {
  public Event {
    headers = List.copyOf(headers);
  }

  /** The same event, with the flag that the store has decided on. */
  public Event withConflict(boolean decided) {
    return decided == conflict
        ? this
        : new Event(id, receivedAt, envelope, verified, headers, bodySize, decided);
  }
}
