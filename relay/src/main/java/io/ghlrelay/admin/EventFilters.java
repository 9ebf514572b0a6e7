package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one request: those of its filter text, and those given one by one. Immutable.
 *
 * @param values by the keys of {@link FilterText}
 */
record EventFilters(Map<String, String> values) {

  /** Names of the single filters in the API, and their keys in a filter text. */
  private static final Map<String, String> SINGLE =
      Map.of(
          "location", "location",
          "type", "type",
          "webhookId", "webhook",
          "target", "target",
          "state", "state",
          "from", "since",
          "to", "until");

  /** Of query parameters. */
  static EventFilters of(ApiRequest request) {
    String text = request.parameter("q");
    Map<String, String> values = new TreeMap<>(FilterText.words(text == null ? "" : text));
    SINGLE.forEach((name, key) -> put(values, name, key, request.parameter(name)));
    return new EventFilters(values);
  }

  /** Of the members of a JSON object. */
  static EventFilters of(ObjectNode body) {
    String text = text(body, "q");
    Map<String, String> values = new TreeMap<>(FilterText.words(text == null ? "" : text));
    SINGLE.forEach((name, key) -> put(values, name, key, text(body, name)));
    return new EventFilters(values);
  }

  private static void put(
      Map<String, String> values, String name, String key, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (name.equals("from") || name.equals("to")) {
      ApiRequest.parseInstant(name, value); // durations are for people, in filter texts
    }
    if (values.put(key, value) != null) {
      throw new ApiException(400, "'" + name + "' is given twice, also as '" + key + ":'.");
    }
  }

  private static @Nullable String text(ObjectNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw new ApiException(400, "'" + name + "' must be a text.");
    }
    return value.textValue();
  }

  /** The same with a state, where none is given. */
  EventFilters withState(String state) {
    Map<String, String> more = new TreeMap<>(values);
    more.putIfAbsent("state", state);
    return new EventFilters(more);
  }

  /** The state that is asked for; or null. */
  @Nullable String state() {
    return values.get("state");
  }

  /** The target that is asked for; or null. */
  @Nullable String target() {
    return values.get("target");
  }

  EventQuery query(Clock clock, @Nullable EventId cursor, int limit) {
    return FilterText.query(values, clock, cursor, limit);
  }

  /** In words. */
  String text() {
    return FilterText.text(values);
  }

  /**
   * The same query with a bare id told for what it is, where an index knows: looking at every event
   * for it would take long.
   */
  static EventQuery resolved(EventQuery query, EventStore store) {
    String id = query.anyId();
    if (id == null || query.webhookId() != null || store.findByWebhookId(id).isEmpty()) {
      return id == null ? query : aroundEvent(query, id, store);
    }
    return new EventQuery(
        query.locationId(),
        query.companyId(),
        query.appId(),
        query.type(),
        id,
        null,
        query.target(),
        query.state(),
        query.unrouted(),
        query.from(),
        query.to(),
        query.cursor(),
        query.limit());
  }

  /** An event's own id narrows the listing to the second in which it came. */
  private static EventQuery aroundEvent(EventQuery query, String id, EventStore store) {
    try {
      return store
          .event(EventId.parse(id))
          .filter(event -> query.from() == null && query.to() == null)
          .map(
              event ->
                  new EventQuery(
                      query.locationId(),
                      query.companyId(),
                      query.appId(),
                      query.type(),
                      query.webhookId(),
                      id,
                      query.target(),
                      query.state(),
                      query.unrouted(),
                      event.receivedAt(),
                      event.receivedAt().plusMillis(1),
                      query.cursor(),
                      query.limit()))
          .orElse(query);
    } catch (IllegalArgumentException notAnEventId) {
      return query;
    }
  }
}
