package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPlan;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.Header;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events, deliveries and attempts as the API shows them. */
final class EventJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Headers that a proxy before the relay may have put credentials into. */
  private static final Set<String> HIDDEN = Set.of("authorization", "cookie");

  private EventJson() {}

  /** An empty object. */
  static ObjectNode object() {
    return NODES.objectNode();
  }

  static ObjectNode event(Event event, List<Delivery> deliveries) {
    Envelope envelope = event.envelope();
    ObjectNode json = NODES.objectNode();
    json.put("id", event.id().toString());
    json.put("receivedAt", time(event.receivedAt()));
    json.put("type", envelope.type());
    json.put("locationId", envelope.locationId());
    json.put("companyId", envelope.companyId());
    json.put("appId", envelope.appId());
    json.put("webhookId", envelope.webhookId());
    json.put("timestamp", envelope.timestamp());
    json.put("verified", event.verified().id());
    json.put("bodySize", event.bodySize());
    json.put("conflict", event.conflict());
    json.put("unrouted", deliveries.isEmpty());
    ArrayNode list = json.putArray("deliveries");
    deliveries.forEach(delivery -> list.add(delivery(delivery)));
    return json;
  }

  static ObjectNode delivery(Delivery delivery) {
    ObjectNode json = NODES.objectNode();
    json.put("target", delivery.target());
    json.put("route", delivery.route());
    json.put("state", delivery.state().id());
    json.put("series", delivery.series());
    json.put("attempts", delivery.progress().attempts());
    json.put("due", time(delivery.due()));
    json.put("deadReason", delivery.deadReason() == null ? null : delivery.deadReason().id());
    json.put("updatedAt", time(delivery.updatedAt()));
    return json;
  }

  static ArrayNode headers(Event event) {
    ArrayNode list = NODES.arrayNode();
    for (Header header : event.headers()) {
      boolean hidden = HIDDEN.contains(header.name().toLowerCase(Locale.ROOT));
      list.addObject().put("name", header.name()).put("value", hidden ? "***" : header.value());
    }
    return list;
  }

  /** Attempts with the beginning of their answers, unless bodies are hidden. */
  static ArrayNode attempts(List<Attempt> attempts, boolean showBodies) {
    ArrayNode list = NODES.arrayNode();
    for (Attempt attempt : attempts) {
      String start =
          showBodies ? new String(attempt.responseStart(), StandardCharsets.UTF_8) : null;
      list.add(attempt(attempt).put("responseStart", start));
    }
    return list;
  }

  /** An attempt without the beginning of its answer. */
  static ObjectNode attempt(Attempt attempt) {
    ObjectNode json = NODES.objectNode();
    json.put("series", attempt.series());
    json.put("number", attempt.number());
    json.put("dueAt", time(attempt.dueAt()));
    json.put("startedAt", time(attempt.startedAt()));
    json.put("driftMs", millis(Duration.between(attempt.dueAt(), attempt.startedAt())));
    json.put("latencyMs", millis(attempt.latency()));
    outcome(json, attempt.outcome());
    json.put("deferral", attempt.deferral());
    return json;
  }

  /** Adds {@code status} and {@code error}, one of them null. */
  static void outcome(ObjectNode json, Outcome outcome) {
    if (outcome instanceof Outcome.Answered answered) {
      json.put("status", answered.status());
      json.putNull("error");
    } else if (outcome instanceof Outcome.Failed failed) {
      json.putNull("status");
      json.put("error", failed.error().id());
    }
  }

  /** What drawing a schedule takes; null if the target is no longer configured. */
  static @Nullable ObjectNode policy(@Nullable TargetConfig target) {
    if (target == null) {
      return null;
    }
    RetryPolicy policy = target.retry();
    ObjectNode json = NODES.objectNode();
    json.put("name", policy.name());
    json.put("timeline", policy.timeline().name().toLowerCase(Locale.ROOT));
    json.put("maxRetries", policy.maxRetries());
    json.put("maxDurationMs", policy.maxDuration().toMillis());
    json.put("jitterOn", policy.jitter().on().name().toLowerCase(Locale.ROOT));
    json.put("jitterMinMs", policy.jitter().min().toMillis());
    json.put("jitterMaxMs", policy.jitter().max().toMillis());
    return json;
  }

  /**
   * What is still planned for a pending delivery, if each attempt fails. Where the jitter is not
   * drawn yet, or is drawn each time, a retry has an earliest and a latest instant.
   */
  static ArrayNode plan(Delivery delivery, @Nullable TargetConfig target) {
    ArrayNode list = NODES.arrayNode();
    if (delivery.state() != DeliveryState.PENDING || target == null) {
      return list;
    }
    Instant next = Objects.requireNonNull(delivery.due());
    int attempts = delivery.progress().attempts();
    planned(list, attempts + 1, next, next);
    JitterSource least = (min, max) -> min;
    JitterSource most = (min, max) -> max;
    List<RetryPlan.Due> earliest =
        RetryPlan.remaining(target.retry(), delivery.progress(), next, least);
    List<RetryPlan.Due> latest =
        RetryPlan.remaining(target.retry(), delivery.progress(), next, most);
    for (int i = 0; i < earliest.size(); i++) {
      RetryPlan.Due early = earliest.get(i);
      Instant late = i < latest.size() ? latest.get(i).at() : early.at();
      planned(list, early.number() + 1, early.at(), late);
    }
    return list;
  }

  private static void planned(ArrayNode list, int attempt, Instant earliest, Instant latest) {
    list.addObject()
        .put("number", attempt)
        .put("earliest", time(earliest))
        .put("latest", time(latest));
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1_000_000.0;
  }

  static @Nullable String time(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
