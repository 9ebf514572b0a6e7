package io.ghlrelay.store;

import io.ghlrelay.routing.RoutedTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A verified event on its way into the store, with the targets it was routed to. Immutable; the
 * body array must not be changed by anyone after the hand-over.
 *
 * @param event the event; its {@code conflict} flag is decided by the store
 * @param body the exact body bytes
 * @param targets the targets chosen for it; empty = unrouted
 * @param learnt a company learnt from this event, to be kept with it; or null
 */
public record Admission(
    Event event, byte[] body, List<RoutedTarget> targets, @Nullable LearntCompany learnt) {
  public Admission {
    targets = List.copyOf(targets);
  }

  /** What is stored of it: the event, and a first delivery for each target. */
  public Admitted.Stored stored(boolean conflict) {
    return new Admitted.Stored(
        event.withConflict(conflict),
        targets.stream()
            .map(t -> Delivery.first(event.id(), t.target(), t.route(), event.receivedAt()))
            .toList());
  }

  /**
   * "This location belongs to this company", learnt from an INSTALL event.
   *
   * @param locationId the location
   * @param companyId its company
   */
  public record LearntCompany(String locationId, String companyId) {}
}
