package io.ghlrelay.delivery;

import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventStore;
import java.time.Clock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the outcomes of one target's attempts stored, however long that takes: an outcome that is
 * known is never thrown away. Confined to the dispatcher's loop.
 */
final class Recorder {
  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  private final EventStore store;
  private final Loop loop;
  private final Clock clock;
  private final DeliveryListener listener;
  private boolean storeFails;

  Recorder(EventStore store, Loop loop, Clock clock, DeliveryListener listener) {
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Records an attempt.
   *
   * @param recorded called on the loop when the store has it, or has said that it does not count
   */
  void record(
      Event event, Delivery before, Delivery after, Attempt attempt, Consumer<Boolean> recorded) {
    store
        .record(before, after, attempt)
        .whenComplete(
            (taken, failure) ->
                loop.execute(
                    () -> {
                      if (failure == null) {
                        worked(after);
                        recorded.accept(taken);
                        if (taken) {
                          listener.attempted(event, after, attempt);
                        }
                      } else {
                        failed(after, failure);
                        loop.at(
                            clock.instant().plus(StoredQueue.STORE_PAUSE),
                            () -> record(event, before, after, attempt, recorded));
                      }
                    }));
  }

  private void worked(Delivery delivery) {
    if (storeFails) {
      storeFails = false;
      log.info("Target {}: outcomes are stored again.", delivery.target());
    }
  }

  private void failed(Delivery delivery, Throwable failure) {
    if (!storeFails) {
      storeFails = true; // said once, not once for each delivery and second
      log.warn(
          "Target {}: outcomes cannot be stored ({}); trying until they can.",
          delivery.target(),
          failure.toString());
    }
  }
}
