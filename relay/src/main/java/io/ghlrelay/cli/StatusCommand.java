package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}: the relay at first glance. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay status", "  relay status --json", ""},
    description = "Show whether everything arrives, and what is stuck.")
public final class StatusCommand extends AdminCommand {
  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    JsonNode status = AdminClient.ok(client.get("/api/v1/status", Map.of()));
    if (json) {
      out.println(status);
      return ready(status);
    }
    out.printf(
        Locale.ROOT,
        "version %s, up since %s%n",
        status.path("version").asText(),
        status.path("startedAt").asText());
    for (JsonNode check : status.path("checks")) {
      if (!check.path("ok").asBoolean()) {
        out.printf(
            "NOT READY: %s: %s%n", check.path("name").asText(), check.path("detail").asText());
      }
    }
    out.printf(
        Locale.ROOT,
        "accepted %d (%.1f/s), duplicates %d, refused %d, signature failures %d in 5 minutes%n",
        status.path("accepted").asLong(),
        status.path("acceptedPerSecond").asDouble(),
        status.path("duplicates").asLong(),
        status.path("refused").asLong(),
        status.path("signatureFailures5m").asLong());
    out.printf(
        "in flight %d, waiting %d (oldest of %s), dead %d, unrouted %d%n",
        status.path("inFlight").asLong(),
        status.path("waiting").asLong(),
        status.path("oldestPending").asText("-"),
        status.path("dead").asLong(),
        status.path("unrouted").asLong());
    JsonNode targets = AdminClient.ok(client.get("/api/v1/targets", Map.of()));
    for (JsonNode target : targets.path("targets")) {
      out.println(line(target));
    }
    return ready(status);
  }

  private static int ready(JsonNode status) {
    return status.path("ready").asBoolean() ? ExitCodes.OK : ExitCodes.UNAVAILABLE;
  }

  private static String line(JsonNode target) {
    JsonNode failure = target.path("lastFailure");
    String result =
        failure.path("status").isNull()
            ? failure.path("error").asText()
            : failure.path("status").asText();
    return "%-20s %-9s pending %d, dead %d%s"
        .formatted(
            target.path("name").asText(),
            target.path("health").asText(),
            target.path("pending").asLong(),
            target.path("dead").asLong(),
            failure.isNull()
                ? ""
                : ", last failure " + result + " at " + failure.path("at").asText());
  }
}
