package io.ghlrelay.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@link Envelope} of a body with a streaming parser, without a tree. Thread-safe.
 *
 * <p>Values count only as non-empty strings of whole characters, at most {@link #MAX_VALUE} UTF-16
 * units. Of a repeated key the last counts, as in JavaScript's {@code JSON.parse}. The location is
 * the first of {@code locationId}; {@code altId} where {@code altType} is {@code location}; {@code
 * id} of {@code LocationCreate} and {@code LocationUpdate}; {@code location.id}; then the same
 * inside {@code data} (the platform's webhook guide wraps the entity so).
 */
public final class EnvelopeReader {
  /** Longest id, type or timestamp taken, in characters; the platform's have some 40. */
  public static final int MAX_VALUE = 512;

  /** Deepest nesting read; documented events nest 6 deep. */
  private static final int MAX_DEPTH = 500;

  private final JsonFactory json =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          // Canonical names make Jackson parse bytes rather than decoded characters, which is far
          // cheaper. Its table of them is bounded (6,000, then it begins anew), never interned, and
          // full of what genuine events say: only those are read. Names that collide are no reason
          // to lose an event.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  /** Reads it; a body that is not one whole JSON object gives {@link Envelope#EMPTY}. */
  public Envelope read(byte[] body) {
    Fields top = object(body);
    return top == null ? Envelope.EMPTY : top.envelope();
  }

  /**
   * Reads which contact an event is about: {@code contactId}; {@code id} of the {@code Contact*}
   * events; {@code contactId} of the appointment; {@code id} of an invoice's {@code
   * contactDetails}; then the same inside {@code data} (the platform's reference of events).
   *
   * @return the contact's id, or null where the body names none
   */
  public @Nullable String contact(byte[] body) {
    Fields top = object(body);
    if (top == null) {
      return null;
    }
    String contact = top.contact(top.type);
    return contact != null || top.data == null ? contact : top.data.contact(top.type);
  }

  private @Nullable Fields object(byte[] body) {
    // Jackson skips the text of values it is not asked for, and would not see broken bytes there.
    if (!looksLikeObject(body) || !Utf8.wellFormed(body)) {
      return null;
    }
    try (JsonParser parser = json.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      Fields top = new Fields();
      top.read(parser, true);
      return parser.nextToken() == null ? top : null;
    } catch (IOException notJson) {
      return null; // verified all the same: it is stored and goes the catch-all way
    }
  }

  /** JSON between systems is UTF-8 (RFC 8259); Jackson would also take UTF-16 and a BOM. */
  private static boolean looksLikeObject(byte[] body) {
    int first = 0;
    while (first < body.length && (body[first] == ' ' || (body[first] >= 9 && body[first] <= 13))) {
      first++;
    }
    return first + 1 < body.length && body[first] == '{' && body[first + 1] != 0;
  }

  /** What is noted of one object: the whole body, or its {@code data}. */
  private static final class Fields {
    private @Nullable String webhookId;
    private @Nullable String type;
    private @Nullable String appId;
    private @Nullable String companyId;
    private @Nullable String timestamp;
    private @Nullable String locationId;
    private @Nullable String altId;
    private @Nullable String altType;
    private @Nullable String id;
    private @Nullable String nestedLocationId;
    private @Nullable String contactId;
    private @Nullable String nestedContactId;
    private @Nullable Fields data;

    /** Reads to the end of the object that the parser has just entered. */
    void read(JsonParser parser, boolean top) throws IOException {
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "webhookId" -> webhookId = text(parser, value);
          case "type" -> type = text(parser, value);
          case "appId" -> appId = text(parser, value);
          case "companyId" -> companyId = text(parser, value);
          case "timestamp" -> timestamp = text(parser, value);
          case "locationId" -> locationId = text(parser, value);
          case "altId" -> altId = text(parser, value);
          case "altType" -> altType = text(parser, value);
          case "id" -> id = text(parser, value);
          case "location" -> nestedLocationId = idInside(parser, value);
          case "contactId" -> contactId = text(parser, value);
          case "contactDetails" -> nestedContactId = idInside(parser, value);
          case "appointment" -> nestedContactId = contactInside(parser, value);
          case "data" -> data = top ? dataInside(parser, value) : null;
          default -> {
            // Names that nobody routes by pass untouched.
          }
        }
        if (parser.currentToken().isStructStart()) {
          parser.skipChildren();
        }
      }
    }

    private static @Nullable String text(JsonParser parser, JsonToken value) throws IOException {
      if (value != JsonToken.VALUE_STRING) {
        return null;
      }
      int length = parser.getTextLength();
      if (length == 0 || length > MAX_VALUE) {
        return null;
      }
      String text = parser.getText();
      return wellFormed(text) ? text : null;
    }

    /** Half a surrogate pair, as an escape can write it, is no character: nothing could keep it. */
    private static boolean wellFormed(String text) {
      for (int i = 0; i < text.length(); i++) {
        if (Character.isSurrogate(text.charAt(i))) {
          if (!Character.isSurrogatePair(
              text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
            return false;
          }
          i++;
        }
      }
      return true;
    }

    private static @Nullable String idInside(JsonParser parser, JsonToken value)
        throws IOException {
      if (value != JsonToken.START_OBJECT) {
        return null;
      }
      Fields nested = new Fields();
      nested.read(parser, false);
      return nested.id;
    }

    private static @Nullable String contactInside(JsonParser parser, JsonToken value)
        throws IOException {
      Fields nested = dataInside(parser, value);
      return nested == null ? null : nested.contactId;
    }

    private static @Nullable Fields dataInside(JsonParser parser, JsonToken value)
        throws IOException {
      if (value != JsonToken.START_OBJECT) {
        return null;
      }
      Fields nested = new Fields();
      nested.read(parser, false);
      return nested;
    }

    private @Nullable String location(@Nullable String eventType) {
      if (locationId != null) {
        return locationId;
      }
      if (altId != null && "location".equals(altType)) {
        return altId;
      }
      boolean aboutLocation =
          "LocationCreate".equals(eventType) || "LocationUpdate".equals(eventType);
      return aboutLocation && id != null ? id : nestedLocationId;
    }

    private @Nullable String contact(@Nullable String eventType) {
      if (contactId != null) {
        return contactId;
      }
      boolean aboutContact = eventType != null && eventType.startsWith("Contact");
      return aboutContact && id != null ? id : nestedContactId;
    }

    Envelope envelope() {
      String location = location(type);
      String company = companyId;
      if (data != null) {
        location = location != null ? location : data.location(type);
        company = company != null ? company : data.companyId;
      }
      return new Envelope(webhookId, type, location, company, appId, timestamp);
    }
  }
}
