package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import java.util.function.Consumer;

/** Sends one request to a target. Thread-safe. The seam between schedule and network. */
public interface TargetClient extends AutoCloseable {

  /**
   * Sends and reports exactly once, on any thread, within the target's timeout.
   *
   * @param target where to
   * @param request what to send
   * @param answered takes the result; never throws
   */
  void send(TargetConfig target, OutboundRequest request, Consumer<TargetAnswer> answered);

  /** Closes idle connections; attempts in flight are cut. */
  @Override
  void close();
}
