package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.routing.Route;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why an event goes where it goes, in words, route by route. */
final class RoutingJson {
  /** Values of a condition that are listed; a route may name thousands of locations. */
  private static final int LISTED = 5;

  private RoutingJson() {}

  static ArrayNode of(Event event, RelayControl relay) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    List<Route> routes = relay.config().routes();
    List<RoutingTable.Explanation> explanations = relay.explainRoutes(event);
    for (int i = 0; i < Math.min(routes.size(), explanations.size()); i++) {
      Route route = routes.get(i);
      RoutingTable.Explanation explanation = explanations.get(i);
      ObjectNode json = list.addObject();
      json.put("route", route.name());
      ArrayNode to = json.putArray("to");
      route.to().forEach(to::add);
      json.put("matched", explanation.matched());
      json.put("stop", route.stop());
      json.put("direct", route.direct());
      json.put("why", why(route, explanation.because(), event.envelope()));
    }
    return list;
  }

  private static String why(Route route, @Nullable String because, Envelope envelope) {
    if (because == null) {
      return matched(route);
    }
    return switch (because) {
      case "locations" -> failed("location", envelope.locationId(), route.locations());
      case "companies" -> failed("company", envelope.companyId(), route.companies());
      case "apps" -> failed("app", envelope.appId(), route.apps());
      case "types" -> failed("type", envelope.type(), route.types());
      case "taken" -> "an earlier route took the event, so it is stored and not direct";
      default -> "an earlier route ended the search (stop: true, or direct)";
    };
  }

  private static String matched(Route route) {
    List<String> conditions = new ArrayList<>();
    condition(conditions, "location", route.locations());
    condition(conditions, "company", route.companies());
    condition(conditions, "app", route.apps());
    condition(conditions, "type", route.types());
    return conditions.isEmpty()
        ? "it has no condition, so takes every event"
        : String.join(", ", conditions);
  }

  private static void condition(List<String> conditions, String name, List<String> values) {
    if (!values.isEmpty()) {
      conditions.add(name + " is " + listed(values));
    }
  }

  private static String failed(String name, @Nullable String value, List<String> values) {
    return value == null
        ? "the event names no " + name + ", the route wants " + listed(values)
        : name + " " + value + " is not " + listed(values);
  }

  private static String listed(List<String> values) {
    String first = String.join(" or ", values.subList(0, Math.min(LISTED, values.size())));
    return values.size() <= LISTED ? first : first + " or " + (values.size() - LISTED) + " more";
  }
}
