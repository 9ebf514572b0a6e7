package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code events}: lists events, newest first. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay events",
      "  relay events --state dead --target crm",
      "  relay events --type 'Contact*' --location ve9EPM428h8vShlRW1KT --json",
      ""
    },
    description = "List events, newest first.")
public final class EventsCommand extends AdminCommand {
  @Option(names = "--location", paramLabel = "ID", description = "Only of this location.")
  private @Nullable String location;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only of this type; * stands for anything.")
  private @Nullable String type;

  @Option(names = "--webhook-id", paramLabel = "ID", description = "Only with this webhook id.")
  private @Nullable String webhookId;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only with a delivery to this target.")
  private @Nullable String target;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "pending, delivered, dead, cancelled or unrouted.")
  private @Nullable String state;

  @Option(
      names = "--from",
      paramLabel = "INSTANT",
      description = "Received at or after, for example 2026-11-24T10:00:00Z.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "INSTANT", description = "Received before.")
  private @Nullable String to;

  @Option(names = "--limit", paramLabel = "N", description = "At most (default: ${DEFAULT-VALUE}).")
  private int limit = 50;

  @Option(names = "--cursor", paramLabel = "CURSOR", description = "Continue a listing.")
  private @Nullable String cursor;

  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    Map<String, @Nullable String> parameters = new LinkedHashMap<>();
    parameters.put("location", location);
    parameters.put("type", type);
    parameters.put("webhookId", webhookId);
    parameters.put("target", target);
    parameters.put("state", state);
    parameters.put("from", from);
    parameters.put("to", to);
    parameters.put("limit", Integer.toString(limit));
    parameters.put("cursor", cursor);
    JsonNode page = AdminClient.ok(client.get("/api/v1/events", parameters));
    if (json) {
      out.println(page);
      return ExitCodes.OK;
    }
    for (JsonNode event : page.path("events")) {
      out.printf(
          "%s  %s  %-24s %-24s %s%n",
          event.path("receivedAt").asText(),
          event.path("id").asText(),
          event.path("type").asText("-"),
          event.path("locationId").asText("-"),
          deliveries(event));
    }
    if (!page.path("next").isNull()) {
      out.println("more: --cursor " + page.path("next").asText());
    }
    return ExitCodes.OK;
  }

  private static String deliveries(JsonNode event) {
    if (event.path("unrouted").asBoolean()) {
      return "unrouted";
    }
    StringJoiner joined = new StringJoiner(" ");
    for (JsonNode delivery : event.path("deliveries")) {
      joined.add(delivery.path("target").asText() + "=" + delivery.path("state").asText());
    }
    return joined.toString();
  }
}
