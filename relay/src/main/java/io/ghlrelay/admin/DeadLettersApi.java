package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Dead letters grouped by target and reason. Thread-safe; blocks for the store. */
final class DeadLettersApi {
  /** Events looked at for one answer; beyond it the answer says that it is not complete. */
  private static final int MAX_EXAMINED = 5_000;

  /** Newest events that a group names. */
  private static final int NAMED = 5;

  private final EventStore store;
  private final Clock clock;

  DeadLettersApi(EventStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  private record Key(String target, DeadReason reason, @Nullable String lastResult) {}

  private static final class Group {
    private final Instant newest;
    private final List<EventId> events = new ArrayList<>();
    private Instant oldest;
    private long count;

    Group(Instant newest) {
      this.newest = newest;
      this.oldest = newest;
    }

    void add(Event event) {
      count++;
      oldest = event.receivedAt();
      if (events.size() < NAMED) {
        events.add(event.id());
      }
    }
  }

  ApiResponse groups(ApiRequest request) {
    request.onlyParameters(Set.of("q"));
    EventFilters filters = EventFilters.of(request).withState(DeliveryState.DEAD.id());
    if (!DeliveryState.DEAD.id().equals(filters.state())) {
      throw new ApiException(400, "'state': dead letters are dead.");
    }
    Map<Key, Group> groups = new LinkedHashMap<>();
    EventQuery query = EventFilters.resolved(filters.query(clock, null, 500), store);
    int examined = 0;
    boolean complete = false;
    while (!complete && examined < MAX_EXAMINED) {
      EventPage page = store.find(query);
      for (EventPage.Item item : page.events()) {
        add(groups, item, filters.target());
        examined++;
      }
      complete = page.next() == null;
      if (page.next() != null) {
        query = query.after(page.next());
      }
    }
    ObjectNode json = EventJson.object();
    ArrayNode list = json.putArray("groups");
    groups.forEach((key, group) -> list.add(json(key, group)));
    json.put("examined", examined);
    json.put("complete", complete);
    return ApiResponse.json(200, json);
  }

  private void add(Map<Key, Group> groups, EventPage.Item item, @Nullable String target) {
    for (Delivery delivery : item.deliveries()) {
      if (delivery.deadReason() != null && (target == null || target.equals(delivery.target()))) {
        Key key = new Key(delivery.target(), delivery.deadReason(), lastResult(delivery));
        groups.computeIfAbsent(key, k -> new Group(item.event().receivedAt())).add(item.event());
      }
    }
  }

  private @Nullable String lastResult(Delivery delivery) {
    List<Attempt> attempts = store.attempts(delivery.eventId(), delivery.target());
    return attempts.isEmpty() ? null : Activity.result(attempts.get(attempts.size() - 1).outcome());
  }

  private static ObjectNode json(Key key, Group group) {
    ObjectNode json = EventJson.object();
    json.put("target", key.target());
    json.put("reason", key.reason().id());
    json.put("lastResult", key.lastResult());
    json.put("count", group.count);
    json.put("oldestReceivedAt", EventJson.time(group.oldest));
    json.put("newestReceivedAt", EventJson.time(group.newest));
    ArrayNode events = json.putArray("events");
    group.events.forEach(id -> events.add(id.toString()));
    return json;
  }
}
