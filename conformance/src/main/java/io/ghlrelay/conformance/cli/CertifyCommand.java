package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.certify.Battery;
import io.ghlrelay.conformance.certify.Certification;
import io.ghlrelay.conformance.certify.CertificationReport;
import io.ghlrelay.conformance.json.Json;
import io.ghlrelay.conformance.report.JUnitXml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code certify}: a battery of checks against an endpoint. */
final class CertifyCommand implements Command {
  @Override
  public String name() {
    return "certify";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "certify http://127.0.0.1:3000/hook",
        "certify https://staging.example.com/hook --keys keys --json",
        "certify http://127.0.0.1:3000/hook --report target/certify.xml");
  }

  @Override
  public String description() {
    return "Check an endpoint with genuine, forged and odd events. Not for production: it gets them.";
  }

  @Override
  public String operands() {
    return "URL";
  }

  @Override
  public List<Option> options() {
    return List.of(
        CommonOptions.KEYS,
        new Option("--limit", "DURATION", "How long an answer may take (default: 3s)."),
        CommonOptions.SEED,
        CommonOptions.JSON,
        CommonOptions.REPORT);
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    if (arguments.operands().size() != 1) {
      throw new UsageException("certify: needs one URL");
    }
    URI url = CommonOptions.url("URL", arguments.operands().get(0));
    Duration limit = CommonOptions.limit(arguments);
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(limit.plusSeconds(2))
            .build();
    Certification certification =
        new Certification(
            url,
            CommonOptions.keys(arguments),
            limit,
            CommonOptions.seed(arguments),
            Clock.systemUTC(),
            http);
    Optional<String> why = certification.reachable();
    if (why.isPresent()) {
      terminal.message("error: nobody answers at " + url + ": " + why.get());
      return ExitCodes.UNAVAILABLE;
    }
    boolean json = arguments.has("--json");
    AtomicInteger done = new AtomicInteger();
    CertificationReport report =
        certification.run(
            (check, seen) -> {
              terminal.progress(done.incrementAndGet() + " of " + Battery.all().size() + " checks");
              if (!json) {
                terminal.progressDone();
                terminal
                    .out()
                    .printf(
                        "%s  %-20s %s%n",
                        terminal.coloured(seen.isEmpty() ? "pass" : "FAIL", seen.isEmpty()),
                        check.id(),
                        check.title());
              }
            });
    terminal.progressDone();
    terminal.out().print(json ? Json.pretty(report.json()) + "\n" : report.text());
    String file = arguments.get("--report");
    if (file != null) {
      JUnitXml.write(Path.of(file), "certify " + url, report.cases());
    }
    return report.findings().isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
