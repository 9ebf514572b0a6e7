package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.bench.ForgedFlood;
import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** {@code flood}: forged events, at a rate. */
final class FloodCommand implements Command {
  @Override
  public String name() {
    return "flood";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "flood --to http://127.0.0.1:8080/webhooks --rate 10000 --duration 30s",
        "flood --to http://127.0.0.1:8080/webhooks --rate 5000 --from 50 --connections 500");
  }

  @Override
  public String description() {
    return "Send forged events at a fixed rate, to see whether genuine ones still pass.";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--to", "URL", "Where they are sent; plain http. Your own endpoint only."),
        new Option("--rate", "N", "Requests a second (default: 1000)."),
        new Option("--duration", "DURATION", "How long (default: 10s)."),
        new Option("--from", "N", "Come from so many addresses, 127.0.1.1 and on (default: one)."),
        new Option("--connections", "N", "Open at once at most (default: 3000)."),
        new Option("--size", "SIZE", "Length of each body (default: 2KiB)."),
        CommonOptions.SEED,
        CommonOptions.JSON);
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    String to = arguments.get("--to");
    if (to == null) {
      throw new UsageException("--to: missing (expected: --to URL)");
    }
    URI url = CommonOptions.url("--to", to);
    if (!"http".equals(url.getScheme()) || url.getPort() < 0) {
      throw new UsageException("--to: " + url + " (expected: http://HOST:PORT/PATH)");
    }
    ForgedFlood flood =
        new ForgedFlood(
            url,
            arguments.number("--rate", 1_000, 1, 1_000_000),
            arguments.number("--from", 1, 1, 254),
            arguments.number("--connections", 3_000, 1, 20_000),
            arguments.get("--size", 2_048, Units::size));
    terminal.message("flooding " + url);
    JsonObject result =
        flood.run(
            arguments.duration("--duration", Duration.ofSeconds(10)),
            CommonOptions.seed(arguments));
    terminal.out().print(arguments.has("--json") ? result + "\n" : ForgedFlood.text(result));
    return ExitCodes.OK;
  }
}
