package io.ghlrelay.ingress;

import io.ghlrelay.store.Event;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Brings an event of a direct route to its target while the sender waits; nothing of it is stored.
 * Thread-safe.
 */
@FunctionalInterface
public interface Forwarder {
  /**
   * Forwards one event, once.
   *
   * @param target the name of the route's one target
   * @param event the event, with an id that each sending of it has
   * @param body its exact bytes
   * @return completes on any thread, within the target's timeout
   */
  CompletionStage<Answer> forward(String target, Event event, byte[] body);

  /**
   * What the sender is answered.
   *
   * @param status 200..599
   * @param title why it is not 2xx; holds nothing from outside
   * @param retryAfter when to send again, or null
   */
  record Answer(int status, String title, @Nullable Duration retryAfter) {
    /** Whether the target took the event. */
    boolean isSuccess() {
      return status < 300;
    }
  }
}
