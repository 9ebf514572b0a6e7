package io.ghlrelay.delivery;

import io.ghlrelay.store.Attempt;
import java.time.Duration;
import java.util.Arrays;

/** What became of an event of a direct route. Immutable. */
public sealed interface DirectResult {

  /** One attempt was made; it is in no store. */
  record Attempted(Attempt attempt) implements DirectResult {}

  /**
   * No attempt was made, since it could not be made at once.
   *
   * @param reason why
   * @param retryAfter when it may be worth another try
   */
  record Refused(Reason reason, Duration retryAfter) implements DirectResult {}

  /** Why no attempt was made: what would have deferred one of a stored event. */
  enum Reason {
    PAUSED("paused"),
    RATE_LIMIT("rateLimit"),
    CONCURRENCY("concurrency"),
    BREAKER("breaker"),
    CATCH_UP("catchUp"),
    /** There is no token for the target, or the target no longer takes the one there was. */
    TOKEN("token"),
    /** The relay is stopping, or the target has just gone from the configuration. */
    UNAVAILABLE("unavailable");

    private final String id;

    Reason(String id) {
      this.id = id;
    }

    /** The reason of this name. */
    static Reason of(String id) {
      return Arrays.stream(values()).filter(one -> one.id.equals(id)).findFirst().orElseThrow();
    }

    /** The name used in metrics; the same as that of a deferral. */
    public String id() {
      return id;
    }
  }
}
