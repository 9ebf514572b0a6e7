package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.report.Seconds;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code sink}: an endpoint that does what a script says. */
final class SinkCommand implements Command {
  @Override
  public String name() {
    return "sink";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "sink --listen 127.0.0.1:8081 --script 'attempt 1-2: status 503; attempt 3: reset_peer'",
        "sink --script 'from 0s to 1m: status 503 retry-after 10; * 5%: latency 2s jitter 1s'",
        "sink --script '*: endless_body' --json");
  }

  @Override
  public String description() {
    return "Listen as an endpoint, print what comes, and misbehave as a script says.";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option(
            "--listen", "HOST:PORT", "Where (default: 127.0.0.1:8081; port 0 = a free one)."),
        new Option(
            "--script", "SCRIPT", "What goes wrong; the grammar is in the README of the kit."),
        CommonOptions.SEED,
        CommonOptions.JSON);
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    Listen listen = arguments.get("--listen", Listen.parse("127.0.0.1:8081"), Listen::parse);
    boolean json = arguments.has("--json");
    SinkServer sink =
        SinkServer.configure()
            .host(listen.host())
            .port(listen.port())
            .seed(CommonOptions.seed(arguments))
            .script(arguments.get("--script", FaultScript.NONE, FaultScript::parse))
            .keep(0)
            .listener(request -> print(request, json, terminal))
            .start();
    terminal.message("listening at " + sink.url("/"));
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(ended::countDown, "sink-stop"));
    try (sink) {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCodes.OK;
  }

  private static void print(SinkRequest request, boolean json, Terminal terminal) {
    String line =
        json
            ? new JsonObject()
                .put("number", request.number())
                .put("attempt", request.attempt())
                .put("sinceStartMs", request.sinceStart().toMillis())
                .put("method", request.method())
                .put("path", request.path())
                .put("webhookId", request.webhookId())
                .put("bytes", request.body().length)
                .put("body", request.text())
                .toString()
            : "%10s  #%d attempt %d  %s %s  %d bytes  %s"
                .formatted(
                    Seconds.text(request.sinceStart()),
                    request.number(),
                    request.attempt(),
                    request.method(),
                    request.path(),
                    request.body().length,
                    request.webhookId() == null ? "" : request.webhookId());
    synchronized (SinkCommand.class) {
      terminal.out().println(line);
      terminal.out().flush();
    }
  }
}
