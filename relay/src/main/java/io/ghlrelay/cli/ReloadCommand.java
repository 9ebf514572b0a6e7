package io.ghlrelay.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code reload}: has the relay read its configuration again. */
@Command(
    name = "reload",
    mixinStandardHelpOptions = true,
    header = {"Examples:", "  relay reload", ""},
    description = "Have the relay read its configuration again; all or nothing.")
public final class ReloadCommand extends AdminCommand {
  @Override
  int run(AdminClient client, PrintWriter out) throws AdminClient.Failure {
    AdminClient.ok(client.post("/api/v1/reload", AdminClient.object()))
        .path("warnings")
        .forEach(warning -> out.println("warning: " + warning.asText()));
    out.println("reloaded");
    return ExitCodes.OK;
  }
}
