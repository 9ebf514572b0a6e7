package io.ghlrelay.routing;

import io.ghlrelay.platform.Envelope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The routes in force, compiled. Immutable; a reload makes a new one. */
public final class RoutingTable {
  private final List<Compiled> routes;

  /** Compiles the routes, kept in their order. */
  public RoutingTable(List<Route> routes) {
    this.routes = routes.stream().map(Compiled::new).toList();
  }

  /**
   * Where an event goes.
   *
   * @param targets each at most once, in the order of the routes; empty = unrouted
   * @param direct whether it is forwarded at once and not stored; then there is exactly one target
   */
  public record Choice(List<RoutedTarget> targets, boolean direct) {}

  /**
   * Chooses the targets of an event. A direct route takes only what no route before it took: an
   * event is either stored, for all its targets, or direct, for one.
   *
   * @param envelope what was read of the event
   * @param learntCompany the company learnt for the envelope's location, used where the envelope
   *     names none; null if unknown
   */
  public Choice route(Envelope envelope, @Nullable String learntCompany) {
    String company = envelope.companyId() != null ? envelope.companyId() : learntCompany;
    Map<String, RoutedTarget> chosen = new LinkedHashMap<>();
    for (Compiled route : routes) {
      boolean direct = route.route.direct();
      if (!(direct && !chosen.isEmpty()) && route.mismatch(envelope, company) == null) {
        for (String target : route.route.to()) {
          chosen.putIfAbsent(target, new RoutedTarget(target, route.route.name()));
        }
        if (direct) {
          return new Choice(List.copyOf(chosen.values()), true);
        }
        if (route.route.stop()) {
          break;
        }
      }
    }
    return new Choice(List.copyOf(chosen.values()), false);
  }

  /**
   * Why each route did or did not take an event.
   *
   * @param route the route's name
   * @param matched whether it took the event
   * @param because the condition that failed ({@code locations}, {@code companies}, {@code apps},
   *     {@code types}), {@code taken} of a direct route behind one that took the event, {@code
   *     stopped} behind a route that ended the search, or null if it matched
   */
  public record Explanation(String route, boolean matched, @Nullable String because) {}

  /** Explains {@link #route} for the same arguments, one entry a route. */
  public List<Explanation> explain(Envelope envelope, @Nullable String learntCompany) {
    String company = envelope.companyId() != null ? envelope.companyId() : learntCompany;
    List<Explanation> explanations = new ArrayList<>();
    boolean taken = false;
    boolean stopped = false;
    for (Compiled route : routes) {
      String because = stopped ? "stopped" : route.mismatch(envelope, company);
      if (because == null && taken && route.route.direct()) {
        because = "taken";
      }
      explanations.add(new Explanation(route.route.name(), because == null, because));
      taken |= because == null;
      stopped |= because == null && (route.route.stop() || route.route.direct());
    }
    return explanations;
  }

  private static final class Compiled {
    private final Route route;
    private final Condition locations;
    private final Condition companies;
    private final Condition apps;
    private final Condition types;

    Compiled(Route route) {
      this.route = route;
      this.locations = new Condition(route.locations());
      this.companies = new Condition(route.companies());
      this.apps = new Condition(route.apps());
      this.types = new Condition(route.types());
    }

    /** The first condition that does not hold, or null if the route matches. */
    @Nullable String mismatch(Envelope envelope, @Nullable String company) {
      if (!locations.holds(envelope.locationId())) {
        return "locations";
      }
      if (!companies.holds(company)) {
        return "companies";
      }
      if (!apps.holds(envelope.appId())) {
        return "apps";
      }
      return types.holds(envelope.type()) ? null : "types";
    }
  }

  /** Values of one field: exact ones in a set, patterns one after the other. */
  private static final class Condition {
    private final Set<String> exact = new HashSet<>();
    private final List<Wildcard> patterns = new ArrayList<>();

    Condition(List<String> values) {
      for (String value : values) {
        if (value.indexOf('*') >= 0) {
          patterns.add(new Wildcard(value));
        } else {
          exact.add(value);
        }
      }
    }

    boolean holds(@Nullable String value) {
      if (exact.isEmpty() && patterns.isEmpty()) {
        return true;
      }
      return value != null
          && (exact.contains(value) || patterns.stream().anyMatch(p -> p.matches(value)));
    }
  }
}
