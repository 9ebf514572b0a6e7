package io.ghlrelay.store.postgres;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.commit.GroupCommit;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A change waiting for the writer thread; answers through a future. */
sealed interface Change extends GroupCommit.Change {

  /** Completed by the writer thread. */
  CompletableFuture<?> answer();

  @Override
  default boolean durable() {
    return true; // a commit is durable or nothing
  }

  @Override
  default void failed(RuntimeException why) {
    answer().completeExceptionally(why);
  }

  /** An event with its deliveries, unless it came before. */
  record Admit(Admission admission, DuplicateKey key, CompletableFuture<Admitted> answer)
      implements Change {
    /** Rough memory of an admission beside its body, in bytes. */
    private static final int OVERHEAD = 2048;

    @Override
    public int weight() {
      return admission.body().length + OVERHEAD;
    }
  }

  /** An attempt and what it made of its delivery; answered with whether it was taken. */
  record Attempted(
      Delivery before, Delivery after, Attempt attempt, CompletableFuture<Boolean> answer)
      implements Change {}

  /** Deliveries made pending again. */
  record Replay(
      EventId id, List<RoutedTarget> targets, Instant due, CompletableFuture<List<Delivery>> answer)
      implements Change {}

  /** Events removed on request; answered with how many were held. */
  record Remove(List<EventId> ids, CompletableFuture<Integer> answer) implements Change {}

  /** A location's company learnt. */
  record LearnCompany(Admission.LearntCompany learnt, CompletableFuture<Void> answer)
      implements Change {}

  /** A location's company forgotten; answered with whether it was known. */
  record ForgetCompany(String locationId, CompletableFuture<Boolean> answer) implements Change {}

  /** A target paused or resumed. */
  record Pause(String target, boolean paused, CompletableFuture<Void> answer) implements Change {}
}
