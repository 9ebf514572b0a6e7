package io.ghlrelay.config;

import io.ghlrelay.routing.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code routes}. Stateless. */
final class RouteReader {
  private RouteReader() {}

  /**
   * Reads them.
   *
   * @param all the whole configuration
   * @param targets names of the targets there are
   */
  static List<Route> read(Section all, Set<String> targets) {
    Map<String, Route> routes = new LinkedHashMap<>();
    List<Section> sections = all.list("routes");
    int number = 0;
    for (Section section : sections) {
      number++;
      String name = section.text("name", "route-" + number);
      Route route = route(section, name, targets);
      if (routes.put(name, route) != null) {
        section.error("name", "another route is called '" + name + "' too");
      }
    }
    List<Route> list = List.copyOf(routes.values());
    if (list.size() == sections.size()) {
      warn(list, sections);
    }
    return list;
  }

  private static Route route(Section section, String name, Set<String> targets) {
    List<String> to = to(section, targets);
    boolean direct = section.flag("direct", false);
    boolean stop = section.flag("stop", false);
    if (direct && to.size() > 1) {
      section.error(
          "direct",
          "a direct route has one target, whose answer the platform gets; here are "
              + to.size()
              + ": name one in 'to', or leave 'direct' out");
    }
    if (direct && section.has("stop") && !stop) {
      section.error("stop", "a direct route ends the search anyway: leave 'stop' out");
    }
    Route route =
        new Route(
            name,
            texts(section, "locations"),
            texts(section, "companies"),
            texts(section, "apps"),
            texts(section, "types"),
            to,
            stop,
            direct && to.size() == 1);
    section.end();
    return route;
  }

  private static List<String> to(Section section, Set<String> targets) {
    List<String> to = new ArrayList<>();
    for (Value value : section.values("to")) {
      if (!targets.contains(value.text())) {
        String nearest = Nearest.to(value.text(), targets);
        section
            .problems()
            .error(
                value.where(),
                "there is no target '"
                    + value.text()
                    + "'"
                    + (nearest == null ? "" : "; did you mean '" + nearest + "'?"));
      }
      to.add(value.text());
    }
    if (to.isEmpty()) {
      section.error("to", "name at least one target");
    }
    return to;
  }

  private static List<String> texts(Section section, String key) {
    List<String> texts = new ArrayList<>();
    for (Value value : section.values(key)) {
      if (value.text().isEmpty()) {
        section.problems().error(value.where(), key + ": an empty value matches nothing");
      }
      texts.add(value.text());
    }
    if (section.has(key) && texts.isEmpty()) {
      section.error(key, "an empty list: leave it out to match any");
    }
    return texts;
  }

  /** What direct routes make of a configuration that is valid, but hardly meant. */
  private static void warn(List<Route> routes, List<Section> sections) {
    Route takesAll = null;
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      Section section = sections.get(i);
      if (takesAll != null && (route.direct() || takesAll.direct())) {
        section
            .problems()
            .warn(
                section.where(),
                "route '%s' never takes an event: '%s' before it takes them all, %s"
                    .formatted(
                        route.name(),
                        takesAll.name(),
                        takesAll.direct()
                            ? "directly"
                            : "and a direct route takes only what none before it took"));
      }
      if (takesAll == null && takesEverything(route)) {
        takesAll = route;
      }
      Route stored = route.direct() ? storedBeside(route, routes) : null;
      if (stored != null) {
        section
            .problems()
            .warn(
                section.where("direct"),
                ("target '%s' gets stored events too, by route '%s': while its queue takes up its"
                        + " concurrency or rateLimit, direct events are answered 429. A second"
                        + " target with the same url has its own")
                    .formatted(route.to().get(0), stored.name()));
      }
    }
  }

  private static boolean takesEverything(Route route) {
    return route.locations().isEmpty()
        && route.companies().isEmpty()
        && route.apps().isEmpty()
        && route.types().isEmpty();
  }

  private static @Nullable Route storedBeside(Route direct, List<Route> routes) {
    return routes.stream()
        .filter(route -> !route.direct() && route.to().contains(direct.to().get(0)))
        .findFirst()
        .orElse(null);
  }
}
