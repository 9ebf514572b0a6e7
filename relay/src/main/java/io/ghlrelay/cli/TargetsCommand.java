package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code targets}: lists targets, pauses and resumes them. */
@Command(
    name = "targets",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay targets", "  relay targets pause crm", ""},
    description = "List the targets with their queues, or pause or resume one.")
public final class TargetsCommand extends AdminCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "pause|resume", description = "What to do.")
  private @Nullable String action;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "With which target.")
  private @Nullable String name;

  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    if (action != null) {
      if (name == null || !(action.equals("pause") || action.equals("resume"))) {
        throw new AdminClient.Failure(
            ExitCodes.USAGE, "expected: targets pause NAME, or targets resume NAME");
      }
      String path = "/api/v1/targets/" + name + "/" + action;
      AdminClient.ok(client.post(path, AdminClient.object()));
      out.println(name + " is " + action + "d");
      return ExitCodes.OK;
    }
    JsonNode targets = AdminClient.ok(client.get("/api/v1/targets", Map.of()));
    if (json) {
      out.println(targets);
      return ExitCodes.OK;
    }
    out.printf(
        "%-20s %-8s %9s %9s %9s  %s%n",
        "target", "state", "in flight", "pending", "dead", "next attempt");
    for (JsonNode target : targets.path("targets")) {
      out.printf(
          "%-20s %-8s %9d %9d %9d  %s%n",
          target.path("name").asText(),
          state(target),
          target.path("inFlight").asLong(),
          target.path("pending").asLong(),
          target.path("dead").asLong(),
          target.path("nextAttemptAt").asText("-"));
    }
    return ExitCodes.OK;
  }

  /** Paused, or what its circuit breaker says, or active. */
  private static String state(JsonNode target) {
    if (target.path("paused").asBoolean()) {
      return "paused";
    }
    String breaker = target.path("breaker").asText("closed");
    return breaker.equals("closed") ? "active" : breaker;
  }
}
