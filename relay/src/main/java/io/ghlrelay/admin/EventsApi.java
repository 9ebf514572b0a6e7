package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.TraceContext;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists, shows and replays events. Thread-safe; blocks for the store. */
final class EventsApi {
  /** Query parameters of the listing, also the members of a bulk replay. */
  static final Set<String> FILTERS =
      Set.of(
          "q", "location", "type", "webhookId", "target", "state", "from", "to", "cursor", "limit");

  /** What a replay of one event may say. */
  static final Set<String> REPLAY_MEMBERS = Set.of("targets");

  /** Pages of the store read for one listing: bounds the time of a filter that fits nothing. */
  private static final int MAX_PAGES = 20;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final EventStore store;
  private final RelayControl relay;
  private final Clock clock;

  EventsApi(EventStore store, RelayControl relay, Clock clock) {
    this.store = store;
    this.relay = relay;
    this.clock = clock;
  }

  ApiResponse list(ApiRequest request) {
    request.onlyParameters(FILTERS);
    int limit = request.integer("limit", 50, 1, 1000);
    EventQuery query =
        EventFilters.resolved(
            EventFilters.of(request).query(clock, cursor(request.parameter("cursor")), limit),
            store);
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
      query = query.after(next).withLimit(limit - events.size());
    }
    json.put("next", next == null ? null : next.toString());
    return ApiResponse.json(200, json);
  }

  private static @Nullable EventId cursor(@Nullable String text) {
    try {
      return text == null ? null : EventId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "'cursor' is not one that this API has given.");
    }
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of());
    Event event = event(request);
    ObjectNode json = EventJson.event(event, List.of());
    json.set("headers", EventJson.headers(event));
    json.put("traceId", TraceContext.traceId(event.id()));
    json.set("signature", signature(event));
    json.set("routing", RoutingJson.of(event, relay));
    List<Delivery> deliveries = store.deliveries(event.id());
    json.put("unrouted", deliveries.isEmpty());
    ArrayNode list = json.putArray("deliveries");
    for (Delivery delivery : deliveries) {
      ObjectNode one = EventJson.delivery(delivery);
      TargetConfig target = relay.config().targets().get(delivery.target());
      one.set(
          "attemptList",
          EventJson.attempts(store.attempts(event.id(), delivery.target()), showBodies()));
      one.set("plan", EventJson.plan(delivery, target));
      one.set("policy", EventJson.policy(target));
      list.add(one);
    }
    return ApiResponse.json(200, json);
  }

  /** The verdict at receipt, and what the keys of today say. */
  private ObjectNode signature(Event event) {
    ObjectNode json = NODES.objectNode();
    json.put("scheme", event.verified().id());
    json.put("header", event.verified().header());
    Verification now =
        store
            .body(event.id())
            .map(body -> relay.verifyNow(event, body))
            .orElse(new Verification.Refused(Verification.Reason.MISSING));
    String key = now instanceof Verification.Verified verified ? verified.keyId() : null;
    json.put("verifiesNow", key != null);
    json.put("key", key);
    return json;
  }

  private boolean showBodies() {
    return relay.config().admin().showBodies();
  }

  private Event event(ApiRequest request) {
    return store.event(request.eventId()).orElseThrow(EventsApi::noSuchEvent);
  }

  private static ApiException noSuchEvent() {
    return new ApiException(404, "There is no such event; it may have left the retention.");
  }

  ApiResponse body(ApiRequest request) {
    request.onlyParameters(Set.of());
    if (!showBodies()) {
      throw new ApiException(403, "Bodies are hidden by the configuration (admin.showBodies).");
    }
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
    JsonNode given = request.object(REPLAY_MEMBERS).get("targets");
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
}
