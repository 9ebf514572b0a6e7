package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.DirectResult.Attempted;
import io.ghlrelay.delivery.DirectResult.Reason;
import io.ghlrelay.delivery.DirectResult.Refused;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Event;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way past a target's queue, for events of direct routes: one attempt, at once or not at all,
 * recorded nowhere. It shares the slots, the pace and the pause of the target's {@link Lane}, so
 * that these hold for both ways together. Confined to the dispatcher's loop.
 */
final class DirectLine {
  /** When to ask a paused target again: nobody knows how long a pause will be. */
  static final Duration AFTER_PAUSE = Duration.ofSeconds(60);

  /** When to ask again once there was no free slot, or a breaker or ramp let no more through. */
  static final Duration AFTER_SLOT = Duration.ofSeconds(1);

  /** When to ask again once there was no token: fetching one takes a moment. */
  static final Duration AFTER_TOKEN = Duration.ofSeconds(1);

  /** When to ask again a relay that stops, or has just read another configuration. */
  static final Duration AFTER_UNAVAILABLE = Duration.ofSeconds(5);

  private final TargetClient client;
  private final Loop loop;
  private final Clock clock;

  DirectLine(Lane.Parts parts) {
    this.client = parts.client();
    this.loop = parts.loop();
    this.clock = parts.clock();
  }

  /**
   * Forwards an event.
   *
   * @param lane its target's; null = there is no such target any more
   * @param result completed on the loop
   */
  void forward(
      @Nullable Lane lane, Event event, byte[] body, CompletableFuture<DirectResult> result) {
    if (lane == null) {
      result.complete(new Refused(Reason.UNAVAILABLE, AFTER_UNAVAILABLE));
      return;
    }
    Refused refused = lane.refusal();
    Credentials.Authorization authorization = lane.credentials().at(clock.instant());
    if (refused != null || authorization == null) {
      result.complete(refused != null ? refused : lane.refused(Reason.TOKEN, AFTER_TOKEN));
      return;
    }
    long permit = lane.enter();
    try {
      send(lane, permit, event, body, authorization, result);
    } catch (RuntimeException e) { // else the sender would wait for ever, and the slot with it
      result.completeExceptionally(e);
      lane.leave(permit, null);
    }
  }

  private void send(
      Lane lane,
      long permit,
      Event event,
      byte[] body,
      Credentials.Authorization authorization,
      CompletableFuture<DirectResult> result) {
    Instant now = clock.instant();
    TargetConfig target = lane.config();
    // The platform's retries of an event cannot be told apart but by their time, which stands for
    // the series here: so each has a span of its own in the event's trace.
    int series = (int) (event.receivedAt().toEpochMilli() & Integer.MAX_VALUE);
    client.send(
        target,
        OutboundRequest.of(event, body, series, 1, target, now, authorization.value()),
        answer -> {
          TargetAnswer kept = answer.withoutSecrets(target, authorization.value());
          loop.execute(
              () -> {
                // A token that was revoked is ours to mend: the platform is asked to come again.
                if (lane.credentials().worthless(event.id(), authorization, answer)) {
                  result.complete(lane.refused(Reason.TOKEN, AFTER_TOKEN));
                  lane.leave(permit, null);
                } else {
                  answered(lane, permit, event, kept, result);
                }
              });
        });
  }

  /** The slot is free after the answer: whoever drains the lane has answered everybody then. */
  private void answered(
      Lane lane,
      long permit,
      Event event,
      TargetAnswer answer,
      CompletableFuture<DirectResult> result) {
    Attempt attempt =
        new Attempt(
            1,
            1,
            event.receivedAt(),
            answer.startedAt(),
            Duration.between(answer.startedAt(), answer.endedAt()),
            answer.outcome(),
            answer.responseStart(),
            null);
    lane.metrics().direct(attempt);
    result.complete(new Attempted(attempt));
    lane.leave(permit, answer.outcome());
  }
}
