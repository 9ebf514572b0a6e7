package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code relays}: which relays share the store, and what each holds. */
@Command(
    name = "relays",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay relays", "  relay relays --json", ""},
    description = "List the relays that share a PostgreSQL store, with what each holds.")
public final class RelaysCommand extends AdminCommand {
  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    JsonNode relays = AdminClient.ok(client.get("/api/v1/relays", Map.of()));
    if (json) {
      out.println(relays);
      return ExitCodes.OK;
    }
    if (!relays.path("shared").asBoolean()) {
      out.println("The store is this relay's own: it is the only one.");
      return ExitCodes.OK;
    }
    out.printf(
        "%-20s %-6s %-10s %-12s %9s  %-27s %s%n",
        "relay", "state", "version", "config", "pending", "lease until", "keeps the order of");
    for (JsonNode relay : relays.path("relays")) {
      out.println(line(relay));
    }
    out.printf("This one is %s.%n", self(relays));
    if (!relays.path("sameConfig").asBoolean()) {
      out.println("The configurations of those alive differ: reload or restart the outdated ones.");
    }
    return ExitCodes.OK;
  }

  private static String line(JsonNode relay) {
    List<String> ordered = new ArrayList<>();
    relay.path("ordered").forEach(target -> ordered.add(target.asText()));
    return "%-20s %-6s %-10s %-12s %9d  %-27s %s"
        .formatted(
            relay.path("name").asText(),
            relay.path("alive").asBoolean() ? "alive" : "gone",
            relay.path("version").asText(),
            relay.path("config").asText("-"),
            relay.path("pending").asLong(),
            relay.path("leaseUntil").asText(),
            ordered.isEmpty() ? "-" : String.join(", ", ordered));
  }

  private static String self(JsonNode relays) {
    for (JsonNode relay : relays.path("relays")) {
      if (relay.path("self").asBoolean()) {
        return relay.path("name").asText();
      }
    }
    return "not among them: another one runs under its name";
  }
}
