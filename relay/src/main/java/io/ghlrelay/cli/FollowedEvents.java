package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.cli.Terminal.Colour;
import java.util.Locale;
import java.util.StringJoiner;

/** Prints a live stream: a line for each event and attempt, the state of the relay below them. */
final class FollowedEvents {
  private final Terminal terminal;
  private final boolean json;
  private String relay = "";
  private String targets = "";

  FollowedEvents(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  /** Prints one message; true, since more are wanted. */
  boolean print(AdminClient.Message message) {
    if (json) {
      terminal.line(named(message));
    } else {
      show(message.name(), message.data());
      terminal.status(relay + targets);
    }
    return true;
  }

  private void show(String name, JsonNode data) {
    switch (name) {
      case "event" -> terminal.line("-->  " + EventsCommand.line(data));
      case "delivery" -> terminal.line(delivery(data));
      case "gap" ->
          terminal.line(
              terminal.colour(
                  Colour.DIM, "...  " + data.path("skipped").asLong() + " more, not shown"));
      case "status" -> relay = status(data);
      case "targets" -> targets = targets(data);
      default -> {} // a later relay may tell more
    }
  }

  private static String named(AdminClient.Message message) {
    return AdminClient.object().put("name", message.name()).set("data", message.data()).toString();
  }

  private String delivery(JsonNode data) {
    JsonNode delivery = data.path("delivery");
    JsonNode attempt = data.path("attempt");
    String result =
        attempt.path("status").isNull()
            ? attempt.path("error").asText()
            : attempt.path("status").asText();
    String state = delivery.path("state").asText();
    String text =
        "%s  %s  %-24s %-24s %s %s, attempt %d, %.1f ms"
            .formatted(
                attempt.path("startedAt").asText(),
                data.path("eventId").asText(),
                data.path("type").asText("-"),
                data.path("locationId").asText("-"),
                delivery.path("target").asText(),
                result,
                attempt.path("number").asInt(),
                attempt.path("latencyMs").asDouble());
    return switch (state) {
      case "delivered" -> terminal.colour(Colour.GREEN, "<--  " + text);
      case "pending" ->
          terminal.colour(
              Colour.YELLOW, "<--  " + text + ", again at " + delivery.path("due").asText());
      default ->
          terminal.colour(
              Colour.RED,
              "<--  " + text + ", " + state + ": " + delivery.path("deadReason").asText());
    };
  }

  private static String status(JsonNode data) {
    return String.format(
        Locale.ROOT,
        "%.1f/s  in flight %d  waiting %d  dead %d  unrouted %d  signature failures %d",
        data.path("acceptedPerSecond").asDouble(),
        data.path("inFlight").asLong(),
        data.path("waiting").asLong(),
        data.path("dead").asLong(),
        data.path("unrouted").asLong(),
        data.path("signatureFailures5m").asLong());
  }

  private static String targets(JsonNode data) {
    StringJoiner joined = new StringJoiner("  ", "  |  ", "");
    for (JsonNode target : data.path("targets")) {
      joined.add(target.path("name").asText() + " " + target.path("health").asText());
    }
    return joined.toString();
  }
}
