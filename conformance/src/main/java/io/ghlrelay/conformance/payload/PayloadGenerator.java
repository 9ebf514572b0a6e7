package io.ghlrelay.conformance.payload;

import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.payload.EventType.LocationAt;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes bodies of events: the same seed and the same requests give the same bytes on any JVM. Not
 * thread-safe.
 */
public final class PayloadGenerator {
  private static final JsonObject TEMPLATES =
      JsonObject.parse(EventCatalogue.resource("entities.json"));
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
  private static final String FILLER = "notes";
  private static final String FILL =
      "<p>Grüße aus München, à bientôt &amp; 次回もよろしく 🚀</p>\\ \"ok\" / ";

  private final Draw draw;

  /** A generator. */
  public PayloadGenerator(long seed) {
    this.draw = new Draw(new SplittableRandom(seed));
  }

  /** The next body. */
  public Payload next(PayloadRequest request) {
    EventType type = request.type();
    boolean agency = type.agencyLevel() && request.locationId() == null && draw.coin();
    boolean located = type.locationAt() != LocationAt.NONE && !agency;
    String location =
        !located ? null : request.locationId() == null ? draw.id() : request.locationId();
    String company = company(request, agency);
    String app = request.appId() == null ? draw.hex24() : request.appId();
    String webhookId = request.webhookId() == null ? draw.uuid() : request.webhookId();
    Instant timestamp = request.timestamp() == null ? EPOCH : request.timestamp();
    boolean hard =
        request.style() == BodyStyle.HARD || (request.style() == BodyStyle.MIXED && draw.coin());

    JsonObject entity = expanded(TEMPLATES.object(type.category()));
    if (type.locationAt() == LocationAt.ID) {
      entity = new JsonObject().put("id", location).putAll(entity);
    }
    if (agency && type.category().equals("user")) {
      entity.put("locations", List.of(draw.id(), draw.id(), draw.id()));
    }
    if (hard) {
      // Beyond 2^53: whoever reads it as a double writes another number.
      entity = new JsonObject().put("sourceUrl", "https://forms.example/é/🚀").putAll(entity);
      entity.put("externalReference", new BigDecimal("12345678901234567890"));
    }
    Assembly parts =
        new Assembly(request, located ? location : null, company, app, webhookId, timestamp);
    int start = draw.below(8);
    byte[] body =
        request.size() == 0
            ? print(parts, entity, null, hard, start)
            : sized(parts, entity, hard, start);
    return new Payload(type, webhookId, app, location, company, timestamp, body);
  }

  private record Assembly(
      PayloadRequest request,
      @Nullable String location,
      @Nullable String company,
      String app,
      String webhookId,
      Instant timestamp) {}

  private @Nullable String company(PayloadRequest request, boolean agency) {
    if (request.companyId() != null) {
      return request.companyId();
    }
    EventType type = request.type();
    // A location-level UNINSTALL, and a user of one location, name no company.
    boolean silent = !agency && (type.name().equals("UNINSTALL") || type.category().equals("user"));
    return type.companyId() && !silent ? draw.id() : null;
  }

  private Object expanded(Object template) {
    if (template instanceof JsonObject object) {
      return expanded(object);
    }
    if (template instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      for (Object one : list) {
        copy.add(expanded(one));
      }
      return copy;
    }
    return template instanceof String text ? draw.value(text) : template;
  }

  private JsonObject expanded(JsonObject template) {
    JsonObject copy = new JsonObject();
    for (String name : template.names()) {
      Object value = template.get(name);
      copy.put(name, value == null ? null : expanded(value));
    }
    return copy;
  }

  /** As long as asked: fields are left out until it is short enough, then text fills it up. */
  private static byte[] sized(Assembly parts, JsonObject entity, boolean hard, int start) {
    int size = parts.request().size();
    JsonObject fields = entity;
    byte[] body = print(parts, fields, "", hard, start);
    while (body.length > size && fields.names().size() > 1) {
      fields = fields.withoutLast();
      body = print(parts, fields, "", hard, start);
    }
    return body.length >= size
        ? print(parts, fields, null, hard, start)
        : print(parts, fields, filler(size - body.length, hard), hard, start);
  }

  /** Text whose written form takes so many bytes. */
  private static String filler(int bytes, boolean hard) {
    StringBuilder text = new StringBuilder();
    int cost = length(FILL, hard);
    text.append(FILL.repeat(bytes / cost));
    return text.append("x".repeat(bytes - bytes / cost * cost)).toString();
  }

  private static int length(String text, boolean hard) {
    return BodyPrinter.quoted(text, hard).getBytes(StandardCharsets.UTF_8).length;
  }

  /** The envelope around the entity, in the platform's order. */
  private static byte[] print(
      Assembly parts, JsonObject entity, @Nullable String filler, boolean hard, int start) {
    EventType type = parts.request().type();
    JsonObject fields = new JsonObject();
    if (parts.location() != null) {
      location(type, parts.location(), fields);
    }
    if (parts.company() != null) {
      fields.put("companyId", parts.company());
    }
    JsonObject inner = new JsonObject().putAll(entity);
    if (filler != null) {
      inner.put(FILLER, filler);
    }
    if (type.nest() != null) {
      fields.put(type.nest(), inner);
    } else {
      fields.putAll(inner);
    }
    JsonObject whole = new JsonObject().put("type", type.wireType());
    if (parts.request().wrapped()) {
      whole.put("appId", parts.app()).put("versionId", parts.app());
      whole.put("timestamp", TIMESTAMP.format(parts.timestamp()));
      whole.put("webhookId", parts.webhookId()).put("data", fields);
    } else {
      whole.putAll(fields).put("versionId", parts.app()).put("appId", parts.app());
      whole.put("timestamp", TIMESTAMP.format(parts.timestamp()));
      whole.put("webhookId", parts.webhookId());
    }
    return new BodyPrinter(hard, start).print(whole).getBytes(StandardCharsets.UTF_8);
  }

  private static void location(EventType type, String location, JsonObject fields) {
    if (type.locationAt() == LocationAt.LOCATION_ID
        || type.locationAt() == LocationAt.LOCATION_ID_AND_ALT_ID) {
      fields.put("locationId", location);
    }
    if (type.locationAt() == LocationAt.ALT_ID
        || type.locationAt() == LocationAt.LOCATION_ID_AND_ALT_ID) {
      fields.put("altId", location).put("altType", "location");
    }
  }
}
