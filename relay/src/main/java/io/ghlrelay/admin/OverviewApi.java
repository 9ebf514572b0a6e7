package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.StoreStats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the console shows at first glance. Thread-safe; may block for the store. */
final class OverviewApi {
  /** A target that failed so often in a row is failing, not just unlucky. */
  private static final int FAILING_AFTER = 3;

  /** A target that answered well and badly within this is degraded. */
  private static final int DEGRADED_MINUTES = 5;

  private static final int DEFAULT_COUNTS = 100;

  private final RelayControl relay;
  private final EventStore store;
  private final Activity activity;
  private final Clock clock;
  private final String version;
  private final String commit;
  private final Fresh status = new Fresh(() -> statusJson().toString());
  private final Fresh targets = new Fresh(() -> targetsJson().toString());

  OverviewApi(
      RelayControl relay,
      EventStore store,
      Activity activity,
      Clock clock,
      String version,
      String commit) {
    this.relay = relay;
    this.store = store;
    this.activity = activity;
    this.clock = clock;
    this.version = version;
    this.commit = commit;
  }

  /** A text that is made anew at most once a second, however many watchers ask. */
  private final class Fresh {
    private final Supplier<String> source;
    private Instant madeAt = Instant.MIN;
    private String text = "";

    Fresh(Supplier<String> source) {
      this.source = source;
    }

    synchronized String get() {
      Instant now = clock.instant();
      if (!now.isBefore(madeAt.plusSeconds(1))) {
        text = source.get();
        madeAt = now;
      }
      return text;
    }
  }

  /** For the live stream. */
  LiveStream.Summaries summaries() {
    return new LiveStream.Summaries(status::get, targets::get);
  }

  ApiResponse status(ApiRequest request) {
    request.onlyParameters(Set.of());
    return ApiResponse.json(200, statusJson());
  }

  private ObjectNode statusJson() {
    List<RelayControl.TargetStatus> all = relay.targets();
    StoreStats stats = store.stats();
    long inFlight = all.stream().mapToLong(RelayControl.TargetStatus::inFlight).sum();
    long pending = all.stream().mapToLong(RelayControl.TargetStatus::pending).sum();
    ObjectNode json = EventJson.object();
    json.put("version", version);
    json.put("commit", commit);
    json.put("startedAt", EventJson.time(activity.startedAt()));
    json.put("now", EventJson.time(clock.instant()));
    List<RelayControl.Check> checks = relay.readiness();
    json.put("ready", checks.stream().allMatch(RelayControl.Check::ok));
    json.set("checks", OperationsApi.checks(checks));
    json.put("acceptedPerSecond", activity.acceptedPerSecond());
    json.put("accepted", activity.total(Activity.Kind.ACCEPTED));
    json.put("duplicates", activity.total(Activity.Kind.DUPLICATES));
    json.put("refused", activity.total(Activity.Kind.REFUSED));
    json.put("inFlight", inFlight);
    json.put("waiting", Math.max(0, pending - inFlight));
    json.put("dead", all.stream().mapToLong(RelayControl.TargetStatus::dead).sum());
    json.put("unrouted", stats.unrouted());
    json.put(
        "oldestPending",
        EventJson.time(
            all.stream()
                .map(RelayControl.TargetStatus::oldestPending)
                .filter(at -> at != null)
                .min(Instant::compareTo)
                .orElse(null)));
    long[] failures = activity.minutes(Activity.Kind.SIGNATURE_FAILURES);
    json.put(
        "signatureFailures5m",
        Arrays.stream(failures, Activity.MINUTES - 5, Activity.MINUTES).sum());
    json.put("bodiesHidden", !relay.config().admin().showBodies());
    return json;
  }

  ApiResponse targets(ApiRequest request) {
    request.onlyParameters(Set.of());
    return ApiResponse.json(200, targetsJson());
  }

  private ObjectNode targetsJson() {
    ObjectNode json = EventJson.object();
    ArrayNode list = json.putArray("targets");
    relay.targets().forEach(target -> list.add(target(target)));
    return json;
  }

  private ObjectNode target(RelayControl.TargetStatus target) {
    String name = target.config().name();
    Activity.LastAnswers answers = activity.answers(name);
    Attempt failure = answers.lastFailure();
    ObjectNode one = EventJson.object();
    one.put("name", name);
    one.put("url", ConfigJson.redacted(target.config().url()));
    one.put("retry", target.config().retry().name());
    one.put("concurrency", target.config().concurrency());
    one.put("paused", target.paused());
    one.put("breaker", target.breaker() == null ? null : target.breaker().id());
    one.put("health", health(target, answers));
    one.put("inFlight", target.inFlight());
    one.put("pending", target.pending());
    one.put("dead", target.dead());
    one.put("oldestPending", EventJson.time(target.oldestPending()));
    one.put("nextAttemptAt", EventJson.time(target.nextAttemptAt()));
    one.put("consecutiveFailures", answers.failuresInARow());
    if (failure == null) {
      one.putNull("lastFailure");
    } else {
      ObjectNode last = one.putObject("lastFailure");
      last.put("at", EventJson.time(failure.startedAt()));
      EventJson.outcome(last, failure.outcome());
    }
    one.put("p50Ms", activity.quantileMillis(name, 0.5));
    one.put("p95Ms", activity.quantileMillis(name, 0.95));
    ObjectNode minutes = one.putObject("minutes");
    minutes.put("from", EventJson.time(activity.from()));
    minutes.set("delivered", numbers(activity.minutes(name, Activity.Kind.DELIVERED)));
    minutes.set("retried", numbers(activity.minutes(name, Activity.Kind.RETRIED)));
    minutes.set("dead", numbers(activity.minutes(name, Activity.Kind.DEAD)));
    return one;
  }

  private String health(RelayControl.TargetStatus target, Activity.LastAnswers answers) {
    if (target.paused()) {
      return "paused";
    }
    if (answers.failuresInARow() >= FAILING_AFTER) {
      return "failing";
    }
    Attempt failure = answers.lastFailure();
    Duration ago = failure == null ? null : Duration.between(failure.startedAt(), clock.instant());
    if (ago != null && ago.toMinutes() < DEGRADED_MINUTES) {
      return "degraded";
    }
    long[] delivered = activity.minutes(target.config().name(), Activity.Kind.DELIVERED);
    boolean idle = Arrays.stream(delivered).sum() == 0;
    return idle ? "idle" : "ok";
  }

  private static ArrayNode numbers(long[] values) {
    ArrayNode list = EventJson.object().arrayNode(values.length);
    for (long value : values) {
      list.add(value);
    }
    return list;
  }

  ApiResponse activity(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode json = EventJson.object();
    json.put("from", EventJson.time(activity.from()));
    json.put("stepSeconds", 60);
    json.set("accepted", numbers(activity.minutes(Activity.Kind.ACCEPTED)));
    json.set("duplicates", numbers(activity.minutes(Activity.Kind.DUPLICATES)));
    json.set("refused", numbers(activity.minutes(Activity.Kind.REFUSED)));
    json.set("signatureFailures", numbers(activity.minutes(Activity.Kind.SIGNATURE_FAILURES)));
    json.set("delivered", numbers(activity.minutes(Activity.Kind.DELIVERED)));
    json.set("retried", numbers(activity.minutes(Activity.Kind.RETRIED)));
    json.set("dead", numbers(activity.minutes(Activity.Kind.DEAD)));
    return ApiResponse.json(200, json);
  }

  ApiResponse counts(ApiRequest request) {
    request.onlyParameters(Set.of("by", "limit"));
    HourlyCounts counts = counted(request.parameter("by"));
    int limit = request.integer("limit", DEFAULT_COUNTS, 1, 1000);
    Instant now = clock.instant();
    ObjectNode json = EventJson.object();
    json.put("by", counts == activity.types() ? "type" : "location");
    json.put("since", EventJson.time(activity.startedAt()));
    json.put(
        "from",
        EventJson.time(
            now.truncatedTo(ChronoUnit.HOURS).minus(HourlyCounts.HOURS - 1, ChronoUnit.HOURS)));
    ArrayNode items = json.putArray("items");
    for (HourlyCounts.Item item : counts.most(limit, now.getEpochSecond() / 3600)) {
      ObjectNode one = items.addObject();
      one.put("name", item.name());
      one.put("total", item.total());
      one.put("lastReceivedAt", EventJson.time(item.lastAt()));
      one.set("hours", numbers(item.hours()));
    }
    json.put("others", Math.max(0, counts.names() - limit));
    json.put("beyond", counts.beyond());
    return ApiResponse.json(200, json);
  }

  private HourlyCounts counted(@Nullable String by) {
    if (by == null || by.equals("type")) {
      return activity.types();
    }
    if (by.equals("location")) {
      return activity.locations();
    }
    throw new ApiException(400, "'by' (expected: type or location).");
  }
}
