package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.schedule.RetryRules;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Holds the relay's own record of an event against the retry rules: each due instant must follow
 * from the attempts before it, none may start before it is due, none be late without a reason, and
 * the state must follow from the last. Whatever the machine's pace, these are exact. Stateless but
 * for what it finds.
 */
final class Records {
  /** Instants have microseconds, latencies a rounded fraction of milliseconds. */
  private static final Duration EXACT = Duration.ofMillis(1);

  /** How late an attempt may be without a reason: time that a busy machine may take. */
  private static final Duration LATE = Duration.ofSeconds(3);

  private final Violations violations;

  Records(Violations violations) {
    this.violations = violations;
  }

  private record Attempt(
      int number, Instant due, Instant started, Instant ended, long status, boolean deferred) {
    static Attempt of(JsonObject json) {
      Instant started = Instant.parse(json.string("startedAt"));
      return new Attempt(
          (int) json.number("number"),
          Instant.parse(json.string("dueAt")),
          started,
          started.plusNanos(Math.round(json.decimal("latencyMs", 0) * 1e6)),
          json.number("status", 0),
          json.optString("deferral") != null);
    }

    boolean delivered() {
      return status / 100 == 2;
    }
  }

  /**
   * Checks an event.
   *
   * @param event as {@code GET /api/v1/events/ID} shows it
   * @param clockStep how far the wall clock was set while its attempts were made
   */
  void check(JsonObject event, Duration clockStep) {
    try {
      for (JsonObject delivery : event.objects("deliveries")) {
        String name = delivery.string("target");
        CampaignTarget target =
            CampaignTarget.ALL.stream().filter(one -> one.name().equals(name)).findFirst().get();
        List<Attempt> attempts = delivery.objects("attemptList").stream().map(Attempt::of).toList();
        String what = "event " + event.string("webhookId") + " to " + name;
        attempts(target, attempts, clockStep, what);
        end(target, attempts, delivery, what);
      }
    } catch (JsonException | DateTimeException e) {
      violations.found(
          ViolationKind.OFF_SCHEDULE, "the record of an event cannot be read: " + e.getMessage());
    }
  }

  private void attempts(
      CampaignTarget target, List<Attempt> attempts, Duration clockStep, String what) {
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      String which = "attempt " + attempt.number() + " of " + what;
      if (attempt.number() != i + 1) {
        offSchedule(which + " is recorded in place " + (i + 1));
      }
      if (i > 0 && attempts.get(i - 1).delivered()) {
        offSchedule(which + " was made though the one before was answered 2xx");
      }
      Duration late = Duration.between(attempt.due(), attempt.started());
      if (late.isNegative()) {
        violations.found(
            ViolationKind.EARLY, which + " is recorded as " + late.negated() + " early");
      }
      if (late.compareTo(LATE.plus(clockStep)) > 0 && !attempt.deferred()) {
        violations.found(ViolationKind.LATE_WITHOUT_REASON, which + " was " + late + " late");
      }
      if (i > 0) {
        due(target, attempts, i, which);
      }
    }
  }

  private void due(CampaignTarget target, List<Attempt> attempts, int i, String which) {
    RetryRules rules = target.rules();
    boolean offsets = rules.timeline() == Timeline.OFFSETS;
    Instant base = attempts.get(offsets ? 0 : i - 1).ended();
    Duration jitter = Duration.between(base, attempts.get(i).due()).minusNanos(target.backoff(i));
    if (jitter.compareTo(rules.minJitter().minus(EXACT)) < 0
        || jitter.compareTo(rules.maxJitter().plus(EXACT)) > 0) {
      offSchedule(which + " was due " + jitter + " from its place without jitter");
    }
    if (offsets && i > 1) {
      Duration first = Duration.between(base, attempts.get(1).due()).minusNanos(target.backoff(1));
      if (jitter.minus(first).abs().compareTo(EXACT.multipliedBy(2)) > 0) {
        offSchedule(which + " has another jitter than the first retry: " + jitter + ", " + first);
      }
    }
  }

  private void end(
      CampaignTarget target, List<Attempt> attempts, JsonObject delivery, String what) {
    String state = delivery.string("state");
    String reason = delivery.string("deadReason", "");
    boolean delivered = !attempts.isEmpty() && attempts.get(attempts.size() - 1).delivered();
    boolean exhausted = attempts.size() == target.rules().maxRetries() + 1;
    if (state.equals("delivered") != delivered || (reason.equals("exhausted") && !exhausted)) {
      offSchedule(what + " is " + state + " " + reason + " after " + attempts.size() + " attempts");
    }
  }

  private void offSchedule(String what) {
    violations.found(ViolationKind.OFF_SCHEDULE, what);
  }
}
