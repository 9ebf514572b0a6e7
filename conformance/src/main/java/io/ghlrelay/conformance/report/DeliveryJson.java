package io.ghlrelay.conformance.report;

import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A delivery as JSON: the same in the control API, {@code --json} and reports. Stateless. */
public final class DeliveryJson {
  private DeliveryJson() {}

  /** All that is known of it. Durations are in milliseconds, instants in RFC 3339. */
  public static JsonObject of(Delivery delivery) {
    DeadReason reason = delivery.reason();
    Duration jitter = delivery.jitter();
    List<Duration> offsets = delivery.offsets();
    List<JsonObject> attempts = new ArrayList<>();
    for (Attempt attempt : delivery.attempts()) {
      attempts.add(
          new JsonObject()
              .put("number", attempt.number())
              .put("due", attempt.due().toString())
              .put("sent", attempt.sent().toString())
              .put("offsetMs", offsets.get(attempts.size()).toMillis())
              .put("outcome", attempt.outcome().label())
              .put("tookMs", attempt.took().toMillis())
              .put("answer", attempt.answer())
              .put("fault", attempt.fault())
              .put("manual", attempt.manual()));
    }
    Object due = delivery.due();
    return new JsonObject()
        .put("id", String.valueOf(delivery.number()))
        .put("webhookId", delivery.event().webhookId())
        .put("type", delivery.event().type())
        .put("target", delivery.target().toString())
        .put("profile", delivery.profile().name())
        .put("timeline", delivery.profile().rules().timeline().id())
        .put("seed", delivery.seed())
        .put("state", delivery.state().id())
        .put("reason", reason == null ? null : reason.id())
        .put("jitterMs", jitter == null ? null : jitter.toMillis())
        .put("due", due == null ? null : due.toString())
        .put("attempts", attempts)
        .put("planMs", delivery.plan().offsets().stream().map(Duration::toMillis).toList());
  }
}
