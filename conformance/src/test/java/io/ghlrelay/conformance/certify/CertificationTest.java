package io.ghlrelay.conformance.certify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.certify.BrokenHandler.Defect;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The battery finds what is broken, and nothing else. */
@Timeout(60)
@Tag("once")
class CertificationTest {
  private static final SigningKeys KEYS = SigningKeys.shared();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static CertificationReport certify(URI url) {
    return new Certification(url, KEYS, Duration.ofSeconds(2), 42, Clock.systemUTC(), HTTP)
        .run((check, seen) -> {});
  }

  private static List<String> findings(CertificationReport report) {
    return report.findings().stream().map(one -> one.check().id()).toList();
  }

  @Test
  void aGoodHandlerHasNoFinding() throws Exception {
    try (BrokenHandler handler = new BrokenHandler(KEYS, Set.of())) {
      CertificationReport report = certify(handler.url());

      assertThat(report.findings()).isEmpty();
      assertThat(report.score()).isEqualTo(100);
      assertThat(report.passed()).hasSameSizeAs(Battery.all());
      assertThat(report.text()).contains("Score 100 of 100", "0 findings");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NO_VERIFICATION | unsigned wrong-key tampered reformatted reordered malformed-signature"
            + " no-fallback",
        "RESERIALISES | raw-bytes reformatted",
        "FALLS_BACK | no-fallback",
        "LIMITS_AGE | late-retry",
        "FRAGILE | unknown-type array empty",
        "REFUSES_DUPLICATES | duplicate",
        "ONE_AT_A_TIME | concurrent",
        "SMALL_LIMIT | large",
        "LEGACY_ONLY | current-signature legacy-ignored no-fallback",
      })
  void exactlyThePlantedDefectsAreFound(Defect defect, String expected) throws Exception {
    try (BrokenHandler handler = new BrokenHandler(KEYS, Set.of(defect))) {
      CertificationReport report = certify(handler.url());

      assertThat(findings(report)).containsExactlyInAnyOrder(expected.split(" "));
      assertThat(report.score()).isLessThan(100);
      JsonNode json = new ObjectMapper().readTree(report.json().toString());
      assertThat(json.path("findings")).hasSize(report.findings().size());
      assertThat(json.path("findings").get(0).path("todo").asText()).isNotEmpty();
      for (Finding finding : report.findings()) {
        assertThat(report.text()).contains(finding.check().breaks(), finding.seen());
      }
    }
  }

  @Test
  void everyCheckHasAnIdAndWords() {
    assertThat(Battery.all()).hasSize(22);
    assertThat(Battery.all().stream().map(Check::id).distinct()).hasSize(22);
    assertThat(Battery.all())
        .allSatisfy(
            check -> {
              assertThat(check.breaks()).endsWith(".");
              assertThat(check.todo()).isNotBlank();
            });
  }

  @Test
  void whereNobodyListensThatIsSaid() {
    Certification certification =
        new Certification(
            URI.create("http://127.0.0.1:1/"),
            KEYS,
            Duration.ofSeconds(1),
            1,
            Clock.systemUTC(),
            HTTP);

    assertThat(certification.reachable()).contains("connect");
  }
}
