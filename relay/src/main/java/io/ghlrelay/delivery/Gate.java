package io.ghlrelay.delivery;

import java.time.Instant;

/**
 * What may hold the attempts of one target back. An attempt that is held waits; it is never used
 * up. Confined to its lane.
 */
interface Gate {
  /** The instant of a gate that opens by something that happens, not by time. */
  Instant BY_EVENT = Instant.MAX;

  /** When the next attempt may start: not after {@code now} = now. */
  Instant freeAt(Instant now);

  /** An attempt starts, after {@link #freeAt} has said that it may. */
  void started(Instant now);

  /** How an attempt says that it was held by this. */
  String deferral();
}
