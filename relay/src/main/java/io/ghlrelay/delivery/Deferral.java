package io.ghlrelay.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Why attempts of one target start late. Confined to the dispatcher's loop. */
final class Deferral {
  /** An attempt later than this behind its due instant was deferred, and says by what. */
  private static final Duration AFTER = Duration.ofMillis(100);

  private final Gates gates;
  private Instant readAt;
  private Instant resumedAt = Instant.MIN;

  /** Of a queue that is read first now. */
  Deferral(Instant now, Gates gates) {
    this.readAt = now;
    this.gates = gates;
  }

  /** The queue is read anew: deliveries may be in it that nobody attempted before. */
  void reread(Instant now) {
    readAt = now;
  }

  /** The target was paused until now. */
  void resumed(Instant now) {
    resumedAt = now;
  }

  /**
   * Why an attempt starts late, or null. The first reason that covers its due instant counts.
   *
   * @param now when it starts
   * @param credentials what it carries
   */
  @Nullable String of(Pending pending, Instant now, Credentials credentials) {
    Instant due = pending.position().due();
    if (!now.isAfter(due.plus(AFTER))) {
      return null;
    }
    if (resumedAt.isAfter(due)) {
      return "paused";
    }
    if (readAt.isAfter(due)) {
      return "relayDown"; // this one, or another whose deliveries it has taken over
    }
    if (pending.freedAt() != null && pending.freedAt().isAfter(due)) {
      return "ordering";
    }
    if (credentials.awaitedUntil().isAfter(due)) {
      return "token";
    }
    String gate = gates.deferral(due);
    return gate == null ? "concurrency" : gate;
  }
}
