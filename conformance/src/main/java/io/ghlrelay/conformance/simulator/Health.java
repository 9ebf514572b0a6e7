package io.ghlrelay.conformance.simulator;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the platform sees the URL.
 *
 * @param state whether it is warned or paused
 * @param attempts attempts in the breaker's window; 0 where the profile knows no breaker
 * @param delivered those of them that were taken
 * @param warnedAt since when it is warned; null = it is not
 * @param pausedAt since when it is paused; null = it is not
 */
public record Health(
    State state,
    long attempts,
    long delivered,
    @Nullable Instant warnedAt,
    @Nullable Instant pausedAt) {
  /** What the platform does about a URL. */
  public enum State {
    GOOD,
    /** An e-mail has gone out; a pause follows. */
    WARNED,
    /** Nothing is sent until somebody enables it again. */
    PAUSED;

    /** Its name in reports. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
