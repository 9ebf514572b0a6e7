package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code replay}: makes deliveries pending again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay replay 019303a4-7c1e-7a05-8f3e-0d2a6c1b9e47",
      "  relay replay --state dead --target crm --dry-run",
      "  relay replay --state unrouted",
      ""
    },
    description = "Make deliveries pending again: of one event, or of all that fit a filter.")
public final class ReplayCommand extends AdminCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "The event; without it a filter is needed.")
  private @Nullable String id;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only to this target; repeat for more with an ID.")
  private List<String> targets = new ArrayList<>();

  @Option(names = "--state", paramLabel = "STATE", description = "dead, unrouted or delivered.")
  private @Nullable String state;

  @Option(names = "--location", paramLabel = "ID", description = "Only of this location.")
  private @Nullable String location;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only of this type; * stands for anything.")
  private @Nullable String type;

  @Option(names = "--from", paramLabel = "INSTANT", description = "Received at or after.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "INSTANT", description = "Received before.")
  private @Nullable String to;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only count.")
  private boolean dryRun;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    return id != null ? one(client, out, id) : many(client, out);
  }

  private int one(AdminClient client, PrintWriter out, String event) throws AdminClient.Failure {
    ObjectNode body = AdminClient.object();
    if (!targets.isEmpty()) {
      targets.forEach(body.putArray("targets")::add);
    }
    JsonNode done = AdminClient.ok(client.post("/api/v1/events/" + event + "/replay", body));
    StringJoiner names = new StringJoiner(", ");
    done.path("replayed").forEach(name -> names.add(name.asText()));
    out.println(
        names.length() == 0 ? "nothing to replay: no delivery is dead" : "replayed to " + names);
    return ExitCodes.OK;
  }

  private int many(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    if (state == null && targets.isEmpty() && location == null && type == null && from == null) {
      throw new AdminClient.Failure(
          ExitCodes.USAGE, "name an event, or a filter such as --state dead");
    }
    if (targets.size() > 1) {
      throw new AdminClient.Failure(ExitCodes.USAGE, "one --target at a time with a filter");
    }
    ObjectNode body = AdminClient.object();
    put(body, "state", state);
    put(body, "target", targets.isEmpty() ? null : targets.get(0));
    put(body, "location", location);
    put(body, "type", type);
    put(body, "from", from);
    put(body, "to", to);
    body.put("dryRun", dryRun);
    JsonNode done = AdminClient.ok(client.post("/api/v1/replays", body));
    out.printf(
        "%d events match, %d replayed%n",
        done.path("matched").asInt(), done.path("replayed").asInt());
    return ExitCodes.OK;
  }

  private static void put(ObjectNode body, String name, @Nullable String value) {
    if (value != null) {
      body.put(name, value);
    }
  }
}
