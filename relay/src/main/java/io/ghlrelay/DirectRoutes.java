package io.ghlrelay;

import io.ghlrelay.delivery.DirectResult;
import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.ingress.Forwarder;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Event;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * What a direct route answers the platform: the target's own status, so that the platform itself
 * tries again, or a status that stands for it where there is none. Immutable.
 */
final class DirectRoutes implements Forwarder {
  private final Dispatcher dispatcher;
  private final BiConsumer<String, Attempt> attempted;

  /**
   * Direct routes over a dispatcher.
   *
   * @param attempted told of each attempt and its target, on the dispatcher's loop
   */
  DirectRoutes(Dispatcher dispatcher, BiConsumer<String, Attempt> attempted) {
    this.dispatcher = dispatcher;
    this.attempted = attempted;
  }

  @Override
  public CompletionStage<Answer> forward(String target, Event event, byte[] body) {
    return dispatcher
        .forward(target, event, body)
        .thenApply(
            result -> {
              if (result instanceof DirectResult.Attempted made) {
                attempted.accept(target, made.attempt());
              }
              return answer(result);
            });
  }

  /** The platform's answer. Of the target's only the status and its Retry-After go out. */
  static Answer answer(DirectResult result) {
    if (result instanceof DirectResult.Refused refused) {
      return new Answer(429, title(refused.reason()), refused.retryAfter());
    }
    Outcome outcome = ((DirectResult.Attempted) result).attempt().outcome();
    if (outcome instanceof Outcome.Failed failed) {
      return failed.error() == TransportError.TIMEOUT
          ? new Answer(504, "The target did not answer in time.", null)
          : new Answer(503, title(failed.error()), null);
    }
    Outcome.Answered answered = (Outcome.Answered) outcome;
    // Its Location is none of the platform's business, and a redirect without one says nothing.
    return answered.status() / 100 == 3
        ? new Answer(502, "The target answered by a redirect, which is not followed.", null)
        : new Answer(answered.status(), "This is the target's answer.", answered.retryAfter());
  }

  private static String title(DirectResult.Reason reason) {
    return switch (reason) {
      case PAUSED -> "The target is paused; send it again.";
      case RATE_LIMIT, CONCURRENCY, BREAKER, CATCH_UP ->
          "The target takes no more at once; send it again.";
      case TOKEN, UNAVAILABLE -> "The event cannot be forwarded now; send it again.";
    };
  }

  private static String title(TransportError error) {
    return switch (error) {
      case DNS, CONNECT, TLS -> "There is no connection to the target.";
      case RESET, PROTOCOL, TIMEOUT -> "The target gave no usable answer.";
    };
  }
}
