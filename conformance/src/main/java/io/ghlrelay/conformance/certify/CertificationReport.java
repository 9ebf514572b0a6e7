package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.report.JUnitXml;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a certification found.
 *
 * @param url the endpoint
 * @param seed brings the same events back
 * @param passed checks without a finding
 * @param findings the others
 */
public record CertificationReport(URI url, long seed, List<Check> passed, List<Finding> findings) {
  /** Copies the lists. */
  public CertificationReport {
    passed = List.copyOf(passed);
    findings = List.copyOf(findings);
  }

  /** 0 to 100, by severity; 100 only without any finding. */
  public int score() {
    int lost = findings.stream().mapToInt(one -> one.check().severity().weight()).sum();
    int all = lost + passed.stream().mapToInt(check -> check.severity().weight()).sum();
    return 100 * (all - lost) / all;
  }

  /** For people: each finding with what breaks and what to do. */
  public String text() {
    StringBuilder out = new StringBuilder();
    for (Finding finding : findings) {
      Check check = finding.check();
      out.append(
          "%n%s (%s): should be one that %s%n  seen          %s%n  in production %s%n  to do         %s%n"
              .formatted(
                  check.id(),
                  check.severity().id(),
                  check.title(),
                  finding.seen(),
                  check.breaks(),
                  check.todo()));
    }
    return out.append(
            "%nScore %d of 100: %d checks passed, %d findings (seed %d)%n"
                .formatted(score(), passed.size(), findings.size(), seed))
        .toString();
  }

  /** For machines. */
  public JsonObject json() {
    return new JsonObject()
        .put("url", url.toString())
        .put("seed", seed)
        .put("score", score())
        .put("passed", passed.stream().map(Check::id).toList())
        .put(
            "findings",
            findings.stream()
                .map(
                    finding ->
                        new JsonObject()
                            .put("id", finding.check().id())
                            .put("severity", finding.check().severity().id())
                            .put("title", finding.check().title())
                            .put("seen", finding.seen())
                            .put("breaks", finding.check().breaks())
                            .put("todo", finding.check().todo()))
                .toList());
  }

  /** For CI: a case a check. */
  public List<JUnitXml.Case> cases() {
    List<JUnitXml.Case> cases = new ArrayList<>();
    Stream.concat(
            passed.stream().map(check -> new JUnitXml.Case(check.id(), "", "")),
            findings.stream()
                .map(
                    one ->
                        new JUnitXml.Case(
                            one.check().id(),
                            one.seen(),
                            one.check().breaks() + "\n" + one.check().todo())))
        .forEach(cases::add);
    return cases;
  }
}
