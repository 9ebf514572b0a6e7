package io.ghlrelay.conformance.certify;

import java.util.Optional;

/**
 * One thing that an endpoint should do.
 *
 * @param id its name in reports, stable
 * @param severity how bad it is if it does not
 * @param title what it should do
 * @param breaks what happens in production otherwise
 * @param todo what to do about it
 * @param probe finds out
 */
public record Check(
    String id, Severity severity, String title, String breaks, String todo, Probe probe) {

  /** Asks an endpoint. */
  @FunctionalInterface
  public interface Probe {
    /**
     * Finds out.
     *
     * @return what was seen in place of what should be; empty = all is well
     */
    Optional<String> run(Endpoint endpoint);
  }
}
