package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.SharedStore.RelayInfo;
import java.util.Set;

/** Which relays share the store, and what each of them holds. Thread-safe; blocks for the store. */
final class RelaysApi {
  private final RelayControl relay;

  RelaysApi(RelayControl relay) {
    this.relay = relay;
  }

  ApiResponse list(ApiRequest request) {
    request.onlyParameters(Set.of());
    RelayControl.Relays relays = relay.relays();
    ObjectNode json = EventJson.object();
    json.put("shared", relays.shared());
    json.put("sameConfig", relays.configs().size() <= 1);
    ArrayNode list = json.putArray("relays");
    relays.all().forEach(one -> list.add(one(one)));
    return ApiResponse.json(200, json);
  }

  private static ObjectNode one(RelayInfo relay) {
    ObjectNode json = EventJson.object();
    json.put("name", relay.name());
    json.put("version", relay.version());
    json.put("self", relay.self());
    json.put("alive", relay.alive());
    json.put("startedAt", EventJson.time(relay.startedAt()));
    json.put("leaseUntil", EventJson.time(relay.leaseUntil()));
    json.put("config", relay.config().isEmpty() ? null : relay.config());
    json.put("pending", relay.pending());
    relay.ordered().forEach(json.putArray("ordered")::add);
    return json;
  }
}
