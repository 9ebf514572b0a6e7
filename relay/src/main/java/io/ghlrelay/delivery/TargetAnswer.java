package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt went. Immutable.
 *
 * @param outcome its outcome
 * @param startedAt when it was sent (or connecting began)
 * @param endedAt when it ended
 * @param responseStart the first bytes of the answer's body, at most 1 KiB; empty if none
 */
public record TargetAnswer(
    Outcome outcome, Instant startedAt, Instant endedAt, byte[] responseStart) {

  /**
   * The same without what the target repeats of its credentials.
   *
   * @param authorization what the request carried as such, or null
   */
  TargetAnswer withoutSecrets(TargetConfig sentTo, @Nullable Secret authorization) {
    return new TargetAnswer(
        outcome, startedAt, endedAt, Redaction.of(responseStart, sentTo, authorization));
  }
}
