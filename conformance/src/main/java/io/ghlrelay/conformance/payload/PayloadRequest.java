package io.ghlrelay.conformance.payload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which event to make. What is null is drawn.
 *
 * @param type its type
 * @param locationId the location; of an event that has an agency-level form, null draws the form
 * @param companyId the company, put in even where the type has none
 * @param appId the app
 * @param webhookId the platform's id
 * @param timestamp when it happened
 * @param wrapped whether the entity stands in {@code data}, as in the guide's examples; else flat
 * @param style how it is written
 * @param size length of the body in bytes, 300 to 16 MiB; 0 = as it comes
 */
public record PayloadRequest(
    EventType type,
    @Nullable String locationId,
    @Nullable String companyId,
    @Nullable String appId,
    @Nullable String webhookId,
    @Nullable Instant timestamp,
    boolean wrapped,
    BodyStyle style,
    int size) {
  /** Least length that can be asked for, in bytes. */
  public static final int MIN_SIZE = 300;

  /** Greatest length that can be asked for, in bytes. */
  public static final int MAX_SIZE = 16 << 20;

  /** Checks the size. */
  public PayloadRequest {
    if (size != 0 && (size < MIN_SIZE || size > MAX_SIZE)) {
      throw new IllegalArgumentException(
          "size: " + size + " (expected: " + MIN_SIZE + " to " + MAX_SIZE + " bytes, or 0)");
    }
  }

  /**
   * A flat, plain event of this type.
   *
   * @throws IllegalArgumentException if there is no such type; the message names the nearest
   */
  public static PayloadRequest of(String type) {
    return new PayloadRequest(
        EventCatalogue.get(type), null, null, null, null, null, false, BodyStyle.PLAIN, 0);
  }

  /** The same for a location. */
  public PayloadRequest withLocationId(@Nullable String value) {
    return new PayloadRequest(
        type, value, companyId, appId, webhookId, timestamp, wrapped, style, size);
  }

  /** The same for a company. */
  public PayloadRequest withCompanyId(@Nullable String value) {
    return new PayloadRequest(
        type, locationId, value, appId, webhookId, timestamp, wrapped, style, size);
  }

  /** The same for an app. */
  public PayloadRequest withAppId(@Nullable String value) {
    return new PayloadRequest(
        type, locationId, companyId, value, webhookId, timestamp, wrapped, style, size);
  }

  /** The same with an id. */
  public PayloadRequest withWebhookId(@Nullable String value) {
    return new PayloadRequest(
        type, locationId, companyId, appId, value, timestamp, wrapped, style, size);
  }

  /** The same at another time. */
  public PayloadRequest withTimestamp(@Nullable Instant value) {
    return new PayloadRequest(
        type, locationId, companyId, appId, webhookId, value, wrapped, style, size);
  }

  /** The same, wrapped or flat. */
  public PayloadRequest withWrapped(boolean value) {
    return new PayloadRequest(
        type, locationId, companyId, appId, webhookId, timestamp, value, style, size);
  }

  /** The same, written so. */
  public PayloadRequest withStyle(BodyStyle value) {
    return new PayloadRequest(
        type, locationId, companyId, appId, webhookId, timestamp, wrapped, value, size);
  }

  /** The same, so long. */
  public PayloadRequest withSize(int value) {
    return new PayloadRequest(
        type, locationId, companyId, appId, webhookId, timestamp, wrapped, style, value);
  }
}
