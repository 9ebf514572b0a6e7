package io.ghlrelay.store;

import io.ghlrelay.retry.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request of a delivery. Immutable.
 *
 * @param series the delivery's series it belongs to, from 1
 * @param number its number in the series, from 1
 * @param dueAt when it was due
 * @param startedAt when it was sent
 * @param latency from sent to the end of the answer
 * @param outcome how it ended
 * @param responseStart the first bytes of the answer's body, at most {@link #RESPONSE_START_BYTES}
 * @param deferral why it was sent later than due ({@code paused}, {@code relayDown}, {@code
 *     ordering}, {@code breaker}, {@code catchUp}, {@code rateLimit}, {@code token}, {@code
 *     concurrency}), or null
 */
public record Attempt(
    int series,
    int number,
    Instant dueAt,
    Instant startedAt,
    Duration latency,
    Outcome outcome,
    byte[] responseStart,
    @Nullable String deferral) {

  /** How much of an answer's body is kept, in bytes: enough to read an error message. */
  public static final int RESPONSE_START_BYTES = 1024;
}
