package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code events}: lists events, newest first, or follows them. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay events",
      "  relay events 'type:Contact*' state:dead since:1h",
      "  relay events --follow target:crm",
      "  relay events --type 'Contact*' --location ve9EPM428h8vShlRW1KT --json",
      ""
    },
    description = "List events, newest first, or follow them.")
public final class EventsCommand extends AdminCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "FILTER",
      description = {
        "Words that must all hold: type: location: company: app: webhook: target: state: since:"
            + " until:, or a bare id of an event, a webhook or a location."
      })
  private List<String> words = new ArrayList<>();

  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only with a delivery to this target.")
  private @Nullable String target;

  @Option(
      names = {"-f", "--follow"},
      description = "Show events and attempts as they happen, until interrupted.")
  private boolean follow;

  @Option(names = "--limit", paramLabel = "N", description = "At most (default: ${DEFAULT-VALUE}).")
  private int limit = 50;

  @Option(names = "--cursor", paramLabel = "ID", description = "Continue an earlier listing.")
  private @Nullable String cursor;

  @Option(names = "--json", description = "Print the API's JSON, when following one line each.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    return follow ? follow(client, out) : list(client, out);
  }

  private int list(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    Map<String, @Nullable String> parameters = filter.parameters(words, target);
    parameters.put("limit", String.valueOf(limit));
    parameters.put("cursor", cursor);
    JsonNode page = AdminClient.ok(client.get("/api/v1/events", parameters));
    if (json) {
      out.println(page);
      return ExitCodes.OK;
    }
    for (JsonNode event : page.path("events")) {
      out.println(line(event));
    }
    if (!page.path("next").isNull()) {
      out.println("more: --cursor " + page.path("next").asText());
    }
    return ExitCodes.OK;
  }

  private int follow(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    Terminal terminal = Terminal.of(out);
    FollowedEvents printer = new FollowedEvents(terminal, json);
    Map<String, @Nullable String> parameters = new HashMap<>();
    parameters.put("q", filter.asWords(words, target));
    try {
      client.follow("/api/v1/stream", parameters, printer::print);
    } finally {
      terminal.clearStatus();
    }
    return ExitCodes.OK;
  }

  /** An event as a line. */
  static String line(JsonNode event) {
    return "%s  %s  %-24s %-24s %s"
        .formatted(
            event.path("receivedAt").asText(),
            event.path("id").asText(),
            event.path("type").asText("-"),
            event.path("locationId").asText("-"),
            deliveries(event));
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
