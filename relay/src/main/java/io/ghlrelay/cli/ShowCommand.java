package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}: one event with its deliveries, attempts and what is planned. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay show 019303a4-7c1e-7a05-8f3e-0d2a6c1b9e47", ""},
    description = "Show one event: deliveries, attempts, planned retries.")
public final class ShowCommand extends AdminCommand {
  @Parameters(paramLabel = "ID", description = "The event's id.")
  private String id = "";

  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    JsonNode event = AdminClient.ok(client.get("/api/v1/events/" + id, Map.of()));
    if (json) {
      out.println(event);
      return ExitCodes.OK;
    }
    for (String field :
        new String[] {
          "id",
          "receivedAt",
          "type",
          "locationId",
          "companyId",
          "appId",
          "webhookId",
          "verified",
          "bodySize",
          "conflict",
          "unrouted"
        }) {
      out.printf("%-11s %s%n", field, event.path(field).asText("-"));
    }
    event.path("deliveries").forEach(delivery -> delivery(out, delivery));
    return ExitCodes.OK;
  }

  private static void delivery(PrintWriter out, JsonNode delivery) {
    out.printf(
        "%n%s  %s%s  (route %s)%n",
        delivery.path("target").asText(),
        delivery.path("state").asText(),
        delivery.path("deadReason").isNull() ? "" : ", " + delivery.path("deadReason").asText(),
        delivery.path("route").asText());
    for (JsonNode attempt : delivery.path("attemptList")) {
      out.printf(
          "  %d.%-2d %s  %-9s %8.1f ms  %+.1f ms%s%n",
          attempt.path("series").asInt(),
          attempt.path("number").asInt(),
          attempt.path("startedAt").asText(),
          attempt.path("status").isNull()
              ? attempt.path("error").asText()
              : attempt.path("status").asText(),
          attempt.path("latencyMs").asDouble(),
          attempt.path("driftMs").asDouble(),
          attempt.path("deferral").isNull()
              ? ""
              : "  deferred: " + attempt.path("deferral").asText());
    }
    for (JsonNode planned : delivery.path("plan")) {
      String earliest = planned.path("earliest").asText();
      String latest = planned.path("latest").asText();
      out.printf(
          "  %-4s %s%s  planned%n",
          "#" + planned.path("number").asInt(),
          earliest,
          earliest.equals(latest) ? "" : " .. " + latest);
    }
  }
}
