package io.ghlrelay.conformance.payload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A body and what it says. Do not change the bytes.
 *
 * @param type the type of event
 * @param webhookId the platform's id of this event
 * @param appId the app it is for
 * @param locationId the location; null = an event of the whole company
 * @param companyId the company; null = the body does not say
 * @param timestamp when it happened
 * @param body JSON in UTF-8
 */
public record Payload(
    EventType type,
    String webhookId,
    String appId,
    @Nullable String locationId,
    @Nullable String companyId,
    Instant timestamp,
    byte[] body) {}
