package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code purge}: removes all that is held of one location. */
@Command(
    name = "purge",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay purge --location ve9EPM428h8vShlRW1KT --dry-run",
      "  relay purge --location ve9EPM428h8vShlRW1KT --yes",
      "  relay purge --attach purge-1",
      ""
    },
    description = "Remove all that is held of one location, for good.",
    footer = {
      "",
      "Removes events, bodies, deliveries, attempts, and the company learnt for the location. What is",
      "pending is not delivered any more. A purge runs in the relay and goes on if this command is",
      "interrupted; after a restart of the relay start it again. Backups keep what they hold."
    })
public final class PurgeCommand extends AdminCommand {
  private static final String PATH = "/api/v1/purges";
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(250);

  @Option(names = "--location", paramLabel = "ID", description = "The location, by its exact id.")
  private @Nullable String location;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only count.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Yes, remove it: it cannot be brought back.")
  private boolean yes;

  @Option(names = "--attach", paramLabel = "PURGE", description = "Watch one that is running.")
  private @Nullable String attach;

  @Option(names = "--cancel", paramLabel = "PURGE", description = "End one that is running.")
  private @Nullable String cancel;

  @Option(names = "--json", description = "Print the purge as JSON.")
  private boolean json;

  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    if (cancel != null) {
      print(
          AdminClient.ok(client.post(PATH + "/" + cancel + "/cancel", AdminClient.object())), out);
      return ExitCodes.OK;
    }
    if (attach != null) {
      return watch(client, out, attach);
    }
    if (location == null) {
      throw new AdminClient.Failure(ExitCodes.USAGE, "name a location: --location ID");
    }
    if (dryRun == yes) {
      throw new AdminClient.Failure(
          ExitCodes.USAGE, "give --dry-run to count, or --yes to remove it for good");
    }
    ObjectNode body = AdminClient.object().put("location", location).put("dryRun", dryRun);
    return watch(client, out, AdminClient.ok(client.post(PATH, body)).path("id").asText());
  }

  /** Shows a purge's progress until it ends. */
  private int watch(AdminClient client, PrintWriter out, String id) throws AdminClient.Failure {
    Terminal terminal = Terminal.of(out);
    JsonNode job = AdminClient.ok(client.get(PATH + "/" + id, Map.of()));
    while (job.path("endedAt").isNull()) {
      terminal.status(
          "%s is %s: %d events, back to %s"
              .formatted(
                  id,
                  job.path("state").asText(),
                  job.path("events").asLong(),
                  job.path("reached").asText("now")));
      LockSupport.parkNanos(LOOK_EVERY);
      job = AdminClient.ok(client.get(PATH + "/" + id, Map.of()));
    }
    terminal.clearStatus();
    print(job, out);
    if (job.path("state").asText().equals("done")) {
      return ExitCodes.OK;
    }
    throw new AdminClient.Failure(
        ExitCodes.CHECK_FAILED,
        id
            + " "
            + job.path("state").asText()
            + (job.path("error").isNull() ? "" : ": " + job.path("error").asText())
            + "; what is removed stays so, purge again for the rest");
  }

  private void print(JsonNode job, PrintWriter out) {
    out.println(
        json
            ? job.toString()
            : "%d events with %d deliveries (%d pending) and %d bytes of bodies%s %s"
                .formatted(
                    job.path("events").asLong(),
                    job.path("deliveries").asLong(),
                    job.path("pending").asLong(),
                    job.path("bodyBytes").asLong(),
                    job.path("companyKnown").asBoolean() ? ", and the company learnt," : "",
                    job.path("dryRun").asBoolean() ? "are held" : "removed"));
  }
}
