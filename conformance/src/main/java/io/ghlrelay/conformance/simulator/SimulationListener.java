package io.ghlrelay.conformance.simulator;

/** Told what happens. Called under the simulator's lock: be quick, and do not call back. */
@FunctionalInterface
public interface SimulationListener {
  /** Hears nothing. */
  SimulationListener NONE = (delivery, attempt) -> {};

  /** An attempt has ended; the delivery already stands where it leaves it. */
  void attempted(Delivery delivery, Attempt attempt);
}
