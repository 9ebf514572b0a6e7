package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.bench.BenchRun;
import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code bench}: how many events, how fast, at what cost. */
final class BenchCommand implements Command {
  @Override
  public String name() {
    return "bench";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "bench --to http://127.0.0.1:8080/webhooks --sink 127.0.0.1:8081 --keys configs/keys",
        "bench --to http://127.0.0.1:8080/webhooks --sink 127.0.0.1:8081 --rate 2000 --pid 4711",
        "bench --to http://127.0.0.1:3000/hook --signature rsa --count 20000 --pool rsa.pool");
  }

  @Override
  public String description() {
    return "Measure a relay, or any endpoint, with distinct signed events, and a sink behind it.";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--to", "URL", "Where events are sent; plain http."),
        new Option("--sink", "HOST:PORT", "Be the target too, and check each event there."),
        new Option("--count", "N", "Events to measure with (default: 50000)."),
        new Option("--warm-up", "N", "Events sent before, from the same pool (default: 10000)."),
        new Option("--limit", "DURATION", "Measure at most so long (default: 60s)."),
        new Option("--connections", "N", "To the endpoint (default: 64)."),
        new Option("--rate", "N", "Events a second; default: each connection as fast as answered."),
        new Option("--size", "SIZE", "Length of each body (default: 2KiB)."),
        new Option("--signature", "MODE", "ed25519 (default) or rsa."),
        new Option("--pool", "FILE", "Keep the signed events there, or take them from there."),
        new Option("--locations", "N", "Locations they belong to (default: each to its own)."),
        new Option("--pid", "N", "Process to account CPU, memory and disk of."),
        new Option("--name", "TEXT", "What is measured, for the result (default: the URL)."),
        CommonOptions.KEYS,
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
    SignatureMode mode = arguments.get("--signature", SignatureMode.ED25519, SignatureMode::parse);
    if (mode != SignatureMode.ED25519 && mode != SignatureMode.RSA) {
      throw new UsageException("--signature: " + mode.id() + " (expected: ed25519 or rsa)");
    }
    Listen sink = arguments.get("--sink", new Listen("", -1), Listen::parse);
    double rate = arguments.get("--rate", 0.0, Double::valueOf);
    if (!(rate >= 0 && rate <= 1_000_000)) {
      throw new UsageException("--rate: " + rate + " (expected: at most 1000000 events a second)");
    }
    BenchRun run =
        new BenchRun(
            arguments.get("--name", to),
            url,
            mode == SignatureMode.RSA ? Scheme.RSA_SHA256 : Scheme.ED25519,
            arguments.number("--count", 50_000, 1, 10_000_000),
            arguments.number("--warm-up", 10_000, 0, 10_000_000),
            arguments.duration("--limit", Duration.ofSeconds(60)),
            arguments.number("--connections", 64, 1, 10_000),
            rate,
            arguments.get("--size", 2_048, Units::size),
            sink.host(),
            sink.port(),
            arguments.get("--pid", 0L, Long::valueOf),
            arguments.number("--locations", 0, 0, 10_000_000));
    String pool = arguments.get("--pool");
    BenchRun.Outcome outcome =
        run.measure(
            CommonOptions.keys(arguments),
            CommonOptions.seed(arguments),
            pool == null ? null : Path.of(pool),
            terminal::message);
    JsonObject json = outcome.json();
    terminal.out().print(arguments.has("--json") ? json + "\n" : outcome.text());
    if (!outcome.whole()) {
      terminal.message("FAILED: not everything that was sent was acknowledged and delivered");
      return ExitCodes.FAILED;
    }
    return ExitCodes.OK;
  }
}
