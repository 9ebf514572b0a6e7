package io.ghlrelay.routing;

import io.ghlrelay.platform.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes in force, compiled. Immutable; a reload makes a new one. */
@SuppressWarnings("DoNotCallSuggester")
public final class RoutingTable {

  /** Compiles the routes, kept in their order. */
  public RoutingTable(List<Route> routes) {
    throw new IllegalStateException("not yet written");
  }

  /**
   * Chooses the targets of an event: each at most once, in the order of the routes.
   *
   * @param envelope what was read of the event
   * @param learntCompany the company learnt for the envelope's location, used where the envelope
   *     names none; null if unknown
   * @return empty = unrouted
   */
  public List<RoutedTarget> route(Envelope envelope, @Nullable String learntCompany) {
    throw new IllegalStateException("not yet written");
  }
}
