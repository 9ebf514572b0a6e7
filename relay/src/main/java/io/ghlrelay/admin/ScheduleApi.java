package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.Units;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.RetryPlan;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The timeline of a retry policy, if every attempt fails at once. Thread-safe. */
final class ScheduleApi {
  private final RelayControl relay;

  ScheduleApi(RelayControl relay) {
    this.relay = relay;
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of("policy", "jitter", "timeline"));
    Map<String, RetryPolicy> known = relay.config().retryPolicies();
    String name = request.parameter("policy");
    RetryPolicy policy = known.get(name == null ? RetryPolicies.DEFAULT : name);
    if (policy == null) {
      throw new ApiException(
          400, "'policy' (expected: " + String.join(", ", new TreeSet<>(known.keySet())) + ").");
    }
    policy = onTimeline(policy, request.parameter("timeline"));
    JitterSource drawn = jitter(request.parameter("jitter"));
    ObjectNode json = EventJson.object();
    json.put("policy", policy.name());
    ArrayNode names = json.putArray("policies");
    new TreeSet<>(known.keySet()).forEach(names::add);
    json.put("timeline", lower(policy.timeline()));
    json.set("retryOn", ConfigJson.retryOn(policy.retryOn()));
    json.put("maxRetries", policy.maxRetries());
    json.put("maxDurationMs", policy.maxDuration().toMillis());
    json.putObject("jitter")
        .put("on", lower(policy.jitter().on()))
        .put("minMs", policy.jitter().min().toMillis())
        .put("maxMs", policy.jitter().max().toMillis());
    ArrayNode assumed = json.putArray("assumed");
    RetryPolicies.BuiltIn builtIn = RetryPolicies.builtIn().get(policy.name());
    if (builtIn != null) {
      builtIn.assumed().forEach(assumed::add);
    }
    attempts(json, policy, drawn);
    return ApiResponse.json(200, json);
  }

  private static void attempts(ObjectNode json, RetryPolicy policy, JitterSource drawn) {
    List<RetryPlan.Step> plan = RetryPlan.of(policy, drawn);
    List<RetryPlan.Step> earliest = RetryPlan.of(policy, (min, max) -> min);
    List<RetryPlan.Step> latest = RetryPlan.of(policy, (min, max) -> max);
    json.put("stop", plan.size() < policy.maxRetries() ? "maxDuration" : "maxRetries");
    ArrayNode attempts = json.putArray("attempts");
    attempt(attempts, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    for (int i = 0; i < plan.size(); i++) {
      Duration offset = plan.get(i).offset();
      attempt(
          attempts,
          plan.get(i).number() + 1,
          offset,
          i < earliest.size() ? earliest.get(i).offset() : offset,
          // A late draw may leave the retry beyond the time limit, where it is never made.
          i < latest.size() ? latest.get(i).offset() : policy.maxDuration());
    }
  }

  private static void attempt(
      ArrayNode list, int number, Duration offset, Duration earliest, Duration latest) {
    list.addObject()
        .put("number", number)
        .put("offsetMs", offset.toMillis())
        .put("earliestMs", earliest.toMillis())
        .put("latestMs", latest.toMillis());
  }

  private static RetryPolicy onTimeline(RetryPolicy policy, @Nullable String text) {
    if (text == null) {
      return policy;
    }
    for (RetryPolicy.Timeline timeline : RetryPolicy.Timeline.values()) {
      if (lower(timeline).equals(text)) {
        return policy.withTimeline(timeline);
      }
    }
    throw new ApiException(400, "'timeline' (expected: offsets or intervals).");
  }

  /** Every draw gives the jitter asked for; without one, the least. */
  private static JitterSource jitter(@Nullable String text) {
    if (text == null) {
      return (min, max) -> min;
    }
    try {
      Duration value = Units.duration(text);
      return (min, max) -> value;
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "'jitter': " + e.getMessage() + ".");
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
