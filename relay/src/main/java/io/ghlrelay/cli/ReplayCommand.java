package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code replay}: makes deliveries pending again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay replay 019303a4-7c1e-7a05-8f3e-0d2a6c1b9e47",
      "  relay replay --since 2h --target crm --dry-run",
      "  relay replay state:dead target:crm --rate 50",
      "  relay replay --state unrouted",
      "  relay replay --attach replay-3",
      ""
    },
    description = "Make deliveries pending again: of one event, or of all that fit a filter.",
    footer = {
      "",
      "A replay by filter runs in the relay and goes on if this command is interrupted."
    })
public final class ReplayCommand extends AdminCommand {
  private static final String PATH = "/api/v1/replays/";
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int BAR = 30;

  @Parameters(
      arity = "0..*",
      paramLabel = "ID|FILTER",
      description = "One event's id, or the words of a filter, as of events.")
  private List<String> words = new ArrayList<>();

  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "Only to this target; repeat for more with an ID.")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only count.")
  private boolean dryRun;

  @Option(names = "--rate", paramLabel = "N", description = "Events a second at most.")
  private @Nullable Integer rate;

  @Option(
      names = "--cursor",
      paramLabel = "ID",
      description = "Go on behind this event, where an earlier replay ended.")
  private @Nullable String cursor;

  @Option(names = "--attach", paramLabel = "REPLAY", description = "Watch one that is running.")
  private @Nullable String attach;

  @Option(names = "--cancel", paramLabel = "REPLAY", description = "End one that is running.")
  private @Nullable String cancel;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    if (attach != null) {
      return watch(client, out, attach);
    }
    if (cancel != null) {
      JsonNode job = AdminClient.ok(client.post(PATH + cancel + "/cancel", AdminClient.object()));
      out.println(cancel + " is " + job.path("state").asText() + "; " + summary(job));
      return ExitCodes.OK;
    }
    boolean one = words.size() == 1 && filter.isEmpty() && words.get(0).matches("[0-9a-f-]{36}");
    return one ? one(client, out, words.get(0)) : many(client, out);
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
    if (words.isEmpty() && targets.isEmpty() && filter.isEmpty()) {
      throw new AdminClient.Failure(
          ExitCodes.USAGE, "name an event, or a filter such as --state dead");
    }
    if (targets.size() > 1) {
      throw new AdminClient.Failure(ExitCodes.USAGE, "one --target at a time with a filter");
    }
    ObjectNode body = AdminClient.object();
    filter.put(body, words, targets.isEmpty() ? null : targets.get(0));
    body.put("dryRun", dryRun);
    body.put("background", !dryRun);
    if (rate != null) {
      body.put("perSecond", rate);
    }
    if (cursor != null) {
      body.put("cursor", cursor);
    }
    JsonNode done = AdminClient.ok(client.post("/api/v1/replays", body));
    if (dryRun) {
      out.println(summary(done));
      return ExitCodes.OK;
    }
    return watch(client, out, done.path("id").asText());
  }

  /** Shows a replay's progress until it ends. */
  private static int watch(AdminClient client, PrintWriter out, String id)
      throws AdminClient.Failure {
    Terminal terminal = Terminal.of(out);
    if (terminal.live()) {
      terminal.line(id + " runs in the relay; interrupt to leave it, end it with --cancel " + id);
    }
    JsonNode job = AdminClient.object();
    try {
      job = AdminClient.ok(client.get(PATH + id, Map.of()));
      while (job.path("state").asText().equals("running")) {
        terminal.status(progress(job));
        LockSupport.parkNanos(LOOK_EVERY);
        job = AdminClient.ok(client.get(PATH + id, Map.of()));
      }
    } catch (AdminClient.Failure e) {
      terminal.clearStatus();
      String last = job.path("cursor").asText("");
      throw last.isEmpty()
          ? e
          : new AdminClient.Failure(
              e.exitCode(), e.getMessage() + "; go on with the same filter and --cursor " + last);
    }
    terminal.clearStatus();
    out.println(summary(job));
    if (job.path("state").asText().equals("done")) {
      return ExitCodes.OK;
    }
    throw new AdminClient.Failure(
        ExitCodes.CHECK_FAILED,
        id
            + " "
            + job.path("state").asText()
            + (job.path("error").isNull() ? "" : ": " + job.path("error").asText())
            + "; go on with the same filter and --cursor "
            + job.path("cursor").asText());
  }

  private static String progress(JsonNode job) {
    long done = job.path("replayed").asLong() + job.path("skipped").asLong();
    long matched = job.path("matched").asLong();
    return Terminal.bar(done, Math.max(matched, 1), BAR) + "  " + done + " of " + matched;
  }

  private static String summary(JsonNode job) {
    return job.path("matched").asInt()
        + " events match, "
        + job.path("replayed").asInt()
        + " replayed";
  }
}
