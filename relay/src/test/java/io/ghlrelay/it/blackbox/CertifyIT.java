package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.conformance.certify.Battery;
import io.ghlrelay.conformance.certify.Certification;
import io.ghlrelay.conformance.certify.CertificationReport;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CertifyIT {
  @TempDir private Path folder;

  @Test
  void theRelayHasNoFinding() throws Exception {
    try (PackagedRelay relay = new PackagedRelay(folder, "targets: {}\n")) {
      CertificationReport report =
          new Certification(
                  relay.webhooks(),
                  relay.keys,
                  Duration.ofSeconds(3),
                  42,
                  Clock.systemUTC(),
                  HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build())
              .run((check, seen) -> {});

      assertThat(report.findings()).as(report.text()).isEmpty();
      assertThat(report.passed()).hasSameSizeAs(Battery.all());
      System.out.printf(
          "certify: %d checks passed, score %d%n", report.passed().size(), report.score());
    }
  }
}
