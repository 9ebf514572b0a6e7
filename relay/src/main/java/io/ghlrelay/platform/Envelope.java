package io.ghlrelay.platform;

import org.jspecify.annotations.Nullable;

/**
 * What the relay reads of an event's body; the body itself is never changed. Immutable; any field
 * may be absent (null), never empty.
 *
 * @param webhookId the platform's id of the webhook, the same on every attempt
 * @param type the event type, for example {@code ContactCreate}
 * @param locationId the location (sub-account) the event belongs to
 * @param companyId the company (agency), present on few events only
 * @param appId the marketplace app
 * @param timestamp the platform's own timestamp, as sent
 */
public record Envelope(
    @Nullable String webhookId,
    @Nullable String type,
    @Nullable String locationId,
    @Nullable String companyId,
    @Nullable String appId,
    @Nullable String timestamp) {

  /** The envelope of a body that is not a JSON object: every field absent. */
  public static final Envelope EMPTY = new Envelope(null, null, null, null, null, null);
}
