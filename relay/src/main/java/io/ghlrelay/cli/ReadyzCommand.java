package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code readyz}: whether the relay is ready, for images that have no curl. */
@Command(
    name = "readyz",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay readyz", ""},
    description = "Ask whether the relay is ready: exit 0 if so, 69 if not.")
public final class ReadyzCommand extends AdminCommand {
  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    AdminClient.Answer answer = client.get("/readyz", Map.of());
    for (JsonNode check : answer.json().path("checks")) {
      out.printf(
          "%-9s %-6s %s%n",
          check.path("name").asText(),
          check.path("ok").asBoolean() ? "ok" : "failed",
          check.path("detail").asText());
    }
    return answer.status() == 200 ? ExitCodes.OK : ExitCodes.UNAVAILABLE;
  }
}
