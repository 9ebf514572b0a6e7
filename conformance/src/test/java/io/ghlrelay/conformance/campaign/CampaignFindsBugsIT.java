package io.ghlrelay.conformance.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The test of the test: a small relay passes, and each of its bugs is found for what it is. */
@Timeout(300)
@Tag("once")
class CampaignFindsBugsIT {
  private static final Set<FaultKind> OUTAGES =
      EnumSet.of(FaultKind.STATUS_503, FaultKind.RESET, FaultKind.STATUS_429, FaultKind.RESEND);

  @TempDir private Path folder;

  private CampaignReport run(MiniRelay.Bug bug, int faults, Set<FaultKind> kinds) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Djdk.httpclient.keepalive.timeout=2",
            "-Dbug=" + bug,
            MiniRelay.class.getName());
    CampaignReport report =
        new Campaign(
                CampaignOptions.of(command, folder.resolve("work"), 7, faults, faults * 150)
                    .atRate(300)
                    .only(kinds),
                line -> {},
                line -> {})
            .run();
    System.out.println(bug + ": " + report.json());
    return report;
  }

  private static List<ViolationKind> kinds(CampaignReport report) {
    List<ViolationKind> kinds = new ArrayList<>();
    report
        .violations()
        .forEach((kind, count) -> kinds.addAll(count > 0 ? List.of(kind) : List.of()));
    return kinds;
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws Exception {
    CampaignReport report =
        run(
            MiniRelay.Bug.NONE,
            7,
            EnumSet.of(
                FaultKind.STATUS_503,
                FaultKind.REJECTED,
                FaultKind.REFUSED,
                FaultKind.SLOW,
                FaultKind.HANG,
                FaultKind.RESET,
                FaultKind.RESEND));

    assertThat(report.found()).isEmpty();
    assertThat(report.violationCount()).isZero();
    assertThat(report.faultCount()).isEqualTo(7);
    assertThat(report.acknowledged()).isEqualTo(7 * 150);
    assertThat(report.stored()).isEqualTo(7 * 150);
    assertThat(report.duplicates()).isPositive();
    assertThat(report.attempts()).isGreaterThan(report.delivered());
  }

  @Test
  void findsAcknowledgedEventsThatAreForgotten() throws Exception {
    assertThat(kinds(run(MiniRelay.Bug.FORGETS, 2, OUTAGES))).containsExactly(ViolationKind.LOST);
  }

  @Test
  void findsDeliveriesThatWereNeverMade() throws Exception {
    assertThat(kinds(run(MiniRelay.Bug.SKIPS, 2, OUTAGES))).containsExactly(ViolationKind.LOST);
  }

  @Test
  void findsEventsTakenTwice() throws Exception {
    assertThat(kinds(run(MiniRelay.Bug.TAKES_TWICE, 4, OUTAGES)))
        .contains(ViolationKind.ADMITTED_TWICE);
  }

  @Test
  void findsARetryBeforeItsTimeThoughItIsRecordedAsInTime() throws Exception {
    assertThat(kinds(run(MiniRelay.Bug.EARLY, 4, OUTAGES))).contains(ViolationKind.EARLY);
  }

  @Test
  void findsAScheduleThatIsNotThePolicys() throws Exception {
    assertThat(kinds(run(MiniRelay.Bug.LATE, 4, OUTAGES))).contains(ViolationKind.OFF_SCHEDULE);
  }
}
