package io.ghlrelay.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts of what the store holds, kept as it changes, so cheap to ask for. Immutable.
 *
 * @param targets by target name; only targets that have had a delivery
 * @param unrouted events that no route took
 * @param writable whether an admission would be taken now
 * @param problem why not, in words for the operator; null when writable
 */
public record StoreStats(
    Map<String, TargetStats> targets, long unrouted, boolean writable, @Nullable String problem) {
  public StoreStats {
    targets = Map.copyOf(targets);
  }

  /**
   * Counts of one target.
   *
   * @param pending deliveries not yet settled
   * @param dead dead letters
   * @param oldestPending when the oldest pending delivery's event was received, to the minute; null
   *     if none
   */
  public record TargetStats(long pending, long dead, @Nullable Instant oldestPending) {}
}
