package io.ghlrelay.routing;

import java.util.List;

/**
 * A rule: which envelopes go to which targets. Immutable.
 *
 * <p>A route matches when every condition it names matches; an empty list names no condition.
 * Values may use {@code *} for any run of characters, the empty one included. A condition on a
 * field that the envelope lacks does not match.
 *
 * @param name unique among routes
 * @param locations location ids
 * @param companies company ids; an event without one is matched by the company learnt for its
 *     location
 * @param apps app ids
 * @param types event types
 * @param to names of targets, at least one
 * @param stop whether a match ends the search
 * @param direct whether an event is forwarded while the platform waits, and not stored: such a
 *     route has one target, takes only what no route before it took, and ends the search
 */
public record Route(
    String name,
    List<String> locations,
    List<String> companies,
    List<String> apps,
    List<String> types,
    List<String> to,
    boolean stop,
    boolean direct) {
  public Route {
    locations = List.copyOf(locations);
    companies = List.copyOf(companies);
    apps = List.copyOf(apps);
    types = List.copyOf(types);
    to = List.copyOf(to);
    if (direct && to.size() != 1) {
      throw new IllegalArgumentException("a direct route to " + to + " (expected: one target)");
    }
  }
}
