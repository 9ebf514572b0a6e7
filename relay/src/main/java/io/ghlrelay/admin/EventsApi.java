package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists, shows and replays events. Thread-safe; blocks for the store. */
final class EventsApi {
  /** Query parameters of the listing, also the members of a bulk replay. */
  static final Set<String> FILTERS =
      Set.of("location", "type", "webhookId", "target", "state", "from", "to", "cursor", "limit");

  private static final Set<String> REPLAY_MEMBERS =
      Set.of("location", "type", "target", "state", "from", "to", "limit", "dryRun");

  private static final String UNROUTED = "unrouted";

  /** Pages of the store read for one listing: bounds the time of a filter that fits nothing. */
  private static final int MAX_PAGES = 20;

  private static final int MAX_REPLAYS = 10_000;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final EventStore store;
  private final RelayControl relay;

  EventsApi(EventStore store, RelayControl relay) {
    this.store = store;
    this.relay = relay;
  }

  ApiResponse list(ApiRequest request) {
    request.onlyParameters(FILTERS);
    State state = State.parse(request.parameter("state"));
    int limit = request.integer("limit", 50, 1, 1000);
    EventQuery query =
        new EventQuery(
            request.parameter("location"),
            request.parameter("type"),
            request.parameter("webhookId"),
            request.parameter("target"),
            state.state(),
            state.unrouted(),
            request.instant("from"),
            request.instant("to"),
            cursor(request.parameter("cursor")),
            limit);
    ObjectNode json = NODES.objectNode();
    ArrayNode events = json.putArray("events");
    EventId next = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      EventPage found = store.find(query);
      found.events().forEach(item -> events.add(EventJson.event(item.event(), item.deliveries())));
      next = found.next();
      if (next == null || events.size() >= limit) {
        break;
      }
      query = withLimit(query.after(next), limit - events.size());
    }
    json.put("next", next == null ? null : next.toString());
    return ApiResponse.json(200, json);
  }

  private static EventQuery withLimit(EventQuery query, int limit) {
    return new EventQuery(
        query.locationId(),
        query.type(),
        query.webhookId(),
        query.target(),
        query.state(),
        query.unrouted(),
        query.from(),
        query.to(),
        query.cursor(),
        limit);
  }

  private static @Nullable EventId cursor(@Nullable String text) {
    try {
      return text == null ? null : EventId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "'cursor' is not one that this API has given.");
    }
  }

  /** The state filter: a delivery's state, or unrouted. */
  private record State(@Nullable DeliveryState state, boolean unrouted) {
    static State parse(@Nullable String text) {
      if (text == null) {
        return new State(null, false);
      }
      if (text.equals(UNROUTED)) {
        return new State(null, true);
      }
      return new State(
          DeliveryState.ofId(text)
              .orElseThrow(
                  () ->
                      new ApiException(
                          400,
                          "'state' (expected: pending, delivered, dead, cancelled or unrouted).")),
          false);
    }
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of());
    Event event = event(request);
    ObjectNode json = EventJson.event(event, List.of());
    json.set("headers", EventJson.headers(event));
    ArrayNode routes = json.putArray("routesNow");
    relay
        .routeNow(event)
        .forEach(
            routed ->
                routes.addObject().put("target", routed.target()).put("route", routed.route()));
    List<Delivery> deliveries = store.deliveries(event.id());
    json.put("unrouted", deliveries.isEmpty());
    ArrayNode list = json.putArray("deliveries");
    for (Delivery delivery : deliveries) {
      ObjectNode one = EventJson.delivery(delivery);
      one.set("attemptList", EventJson.attempts(store.attempts(event.id(), delivery.target())));
      one.set("plan", EventJson.plan(delivery, relay.config().targets().get(delivery.target())));
      list.add(one);
    }
    return ApiResponse.json(200, json);
  }

  private Event event(ApiRequest request) {
    return store.event(request.eventId()).orElseThrow(EventsApi::noSuchEvent);
  }

  private static ApiException noSuchEvent() {
    return new ApiException(404, "There is no such event; it may have left the retention.");
  }

  ApiResponse body(ApiRequest request) {
    request.onlyParameters(Set.of());
    byte[] body = store.body(request.eventId()).orElseThrow(EventsApi::noSuchEvent);
    return new ApiResponse(
        200,
        "application/octet-stream",
        body,
        Map.of("Content-Disposition", "attachment; filename=\"body\""));
  }

  ApiResponse replay(ApiRequest request) {
    request.onlyParameters(Set.of());
    EventId id = request.eventId();
    JsonNode given = request.object(Set.of("targets")).get("targets");
    List<String> targets = given == null || given.isNull() ? null : names(given);
    List<String> replayed = relay.replay(id, targets).orElseThrow(EventsApi::noSuchEvent);
    ObjectNode json = NODES.objectNode();
    ArrayNode list = json.putArray("replayed");
    replayed.forEach(list::add);
    return ApiResponse.json(200, json);
  }

  private List<String> names(JsonNode given) {
    List<String> names = new ArrayList<>();
    for (JsonNode name : given) {
      if (!name.isTextual() || !relay.config().targets().containsKey(name.textValue())) {
        throw new ApiException(422, "'targets' names a target that is not configured.");
      }
      names.add(name.textValue());
    }
    if (!given.isArray() || names.isEmpty()) {
      throw new ApiException(400, "'targets' must be a list of target names.");
    }
    return names;
  }

  ApiResponse replayMany(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode body = request.object(REPLAY_MEMBERS);
    State state = State.parse(text(body, "state"));
    if (state.state() == null && !state.unrouted()) {
      state = new State(DeliveryState.DEAD, false);
    }
    if (state.state() == DeliveryState.PENDING) {
      throw new ApiException(400, "'state': what is pending needs no replay.");
    }
    String target = text(body, "target");
    boolean dryRun = body.path("dryRun").asBoolean(false);
    int limit = body.path("limit").asInt(MAX_REPLAYS);
    if (limit < 1 || limit > MAX_REPLAYS) {
      throw new ApiException(400, "'limit' (expected: 1.." + MAX_REPLAYS + ").");
    }
    EventQuery query =
        new EventQuery(
            text(body, "location"),
            text(body, "type"),
            null,
            target,
            state.state(),
            state.unrouted(),
            instant(body, "from"),
            instant(body, "to"),
            null,
            1000);
    // All ids first: a replayed event leaves the index that is being read.
    List<EventPage.Item> matched = matching(query, limit);
    int replayed = 0;
    if (!dryRun) {
      for (EventPage.Item item : matched) {
        if (!relay
            .replay(item.event().id(), targets(item, target, state))
            .orElse(List.of())
            .isEmpty()) {
          replayed++;
        }
      }
    }
    ObjectNode json = NODES.objectNode();
    json.put("matched", matched.size());
    json.put("replayed", replayed);
    return ApiResponse.json(200, json);
  }

  private List<EventPage.Item> matching(EventQuery first, int limit) {
    List<EventPage.Item> matched = new ArrayList<>();
    EventQuery query = first;
    while (true) {
      EventPage page = store.find(query);
      for (EventPage.Item item : page.events()) {
        if (matched.size() == limit) {
          return matched;
        }
        matched.add(item);
      }
      if (page.next() == null) {
        return matched;
      }
      query = query.after(page.next());
    }
  }

  private static @Nullable List<String> targets(
      EventPage.Item item, @Nullable String target, State state) {
    if (state.unrouted()) {
      return null;
    }
    return item.deliveries().stream()
        .filter(delivery -> delivery.state() == state.state())
        .map(Delivery::target)
        .filter(name -> target == null || target.equals(name))
        .toList();
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

  private static @Nullable Instant instant(ObjectNode body, String name) {
    String text = text(body, name);
    return text == null ? null : ApiRequest.parseInstant(name, text);
  }
}
