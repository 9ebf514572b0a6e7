package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ghlrelay.conformance.campaign.Campaign;
import io.ghlrelay.conformance.campaign.CampaignOptions;
import io.ghlrelay.conformance.campaign.CampaignReport;
import io.ghlrelay.conformance.campaign.FaultKind;
import io.ghlrelay.conformance.campaign.ViolationKind;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged relay through every kind of fault once; the long campaign is a command. */
@Timeout(1_800)
@Tag("once")
class CampaignIT {
  private static final long SEED = 20_261_126;
  private static final int KINDS = FaultKind.values().length;
  private static final int EVENTS = 6_000;

  @TempDir private Path folder;

  private CampaignOptions options(int faults, int events) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            System.getProperty("relay.jar"));
    return CampaignOptions.of(command, folder.resolve("campaign"), SEED, faults, events)
        .atRate(500);
  }

  private static CampaignReport run(CampaignOptions options) throws Exception {
    System.out.println("campaign with seed " + options.seed());
    CampaignReport report = new Campaign(options, System.out::println, line -> {}).run();
    System.out.print(report.text());
    return report;
  }

  @Test
  void everyKindOfFaultLosesNothingRepeatsNothingAndKeepsTheSchedule() throws Exception {
    CampaignReport report = run(options(KINDS, EVENTS));

    assertThat(report.found()).isEmpty();
    assertThat(report.violationCount()).isZero();
    assertThat(report.acknowledged()).isEqualTo(EVENTS);
    assertThat(report.stored()).isEqualTo(EVENTS);
    assertThat(report.faultCount() + report.skippedCount()).isGreaterThanOrEqualTo(KINDS);
    assertThat(report.attempts()).isGreaterThan(report.delivered());
  }

  /** The test of the test: what is acknowledged before it is on the disk must be missed. */
  @Test
  void aDiskThatLiesAboutSyncingIsFoundOut() throws Exception {
    CampaignReport report =
        run(options(3, 900).only(EnumSet.of(FaultKind.POWER_CUT)).onLyingDisk());

    assumeTrue(report.skippedCount() == 0, "no C compiler here");
    assertThat(report.violations().get(ViolationKind.LOST)).isPositive();
  }
}
