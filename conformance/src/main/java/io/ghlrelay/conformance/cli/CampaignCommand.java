package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.campaign.Campaign;
import io.ghlrelay.conformance.campaign.CampaignOptions;
import io.ghlrelay.conformance.campaign.CampaignReport;
import io.ghlrelay.conformance.campaign.FaultKind;
import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code campaign}: a relay through faults. */
final class CampaignCommand implements Command {
  @Override
  public String name() {
    return "campaign";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "campaign --relay 'java -jar relay/target/relay.jar'",
        "campaign --relay relay/bin/ghl-relay --faults 500 --events 1000000 --time 1h",
        "campaign --relay relay/bin/ghl-relay --only kill,power-cut,sync-failed --seed 7",
        "campaign --relay relay/bin/ghl-relay --only power-cut --lying-disk");
  }

  @Override
  public String description() {
    return "Kill, starve and mislead a relay under load, and count what it loses or repeats.";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--relay", "COMMAND", "What runs a relay; serve -c FILE is added to it."),
        new Option("--faults", "N", "Faults in all (default: 48)."),
        new Option("--events", "N", "Events in all, spread over the faults (default: 500 each)."),
        new Option("--rate", "N", "Events a second, while they are sent (default: 1000)."),
        new Option("--connections", "N", "Of the platform's (default: 24)."),
        new Option("--time", "DURATION", "No fault begins later than that (default: 1h)."),
        new Option("--only", "KIND,KIND", "Only these faults: " + kinds() + "."),
        new Option("--max-memory", "SIZE", "Bound of the relay's memory (default: 800MiB)."),
        new Option("--work", "FOLDER", "Store, configuration, log (default: target/campaign)."),
        Option.flag("--lying-disk", "Syncs do nothing and succeed: losses must be found."),
        CommonOptions.SEED,
        CommonOptions.JSON);
  }

  private static String kinds() {
    return String.join(", ", Arrays.stream(FaultKind.values()).map(FaultKind::id).toList());
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    String relay = arguments.get("--relay");
    if (relay == null || relay.isBlank()) {
      throw new UsageException("--relay: missing (expected: --relay COMMAND)");
    }
    int faults = arguments.number("--faults", 48, 1, 1_000_000);
    int events = arguments.number("--events", Math.max(faults, faults * 500), faults, 100_000_000);
    double rate = arguments.get("--rate", CampaignOptions.RATE, Double::valueOf);
    if (!(rate > 0 && rate <= 1_000_000)) {
      throw new UsageException("--rate: " + rate + " (expected: at most 1000000 events a second)");
    }
    long seed = CommonOptions.seed(arguments);
    CampaignOptions options =
        new CampaignOptions(
            List.of(relay.strip().split("\\s+")),
            Path.of(arguments.get("--work", "target/campaign")),
            seed,
            faults,
            events,
            rate,
            arguments.number("--connections", CampaignOptions.CONNECTIONS, 1, 1_000),
            arguments.duration("--time", Duration.ofHours(1)),
            arguments.get("--only", EnumSet.allOf(FaultKind.class), CampaignCommand::only),
            arguments.get("--max-memory", (int) CampaignOptions.MAX_RESIDENT, Units::size),
            arguments.has("--lying-disk"));
    String again =
        "campaign --relay '%s' --seed %d --faults %d --events %d --rate %s --connections %d%s%s"
            .formatted(
                relay,
                seed,
                faults,
                events,
                rate,
                options.connections(),
                arguments.has("--only") ? " --only " + arguments.get("--only") : "",
                options.lyingDisk() ? " --lying-disk" : "");
    terminal.message("seed " + seed);
    CampaignReport report;
    try {
      report = new Campaign(options, terminal::message, terminal::progress).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    terminal.progressDone();
    terminal
        .out()
        .print(arguments.has("--json") ? Json.pretty(report.json()) + "\n" : report.text());
    if (report.violationCount() > 0) {
      terminal.message("FAILED. Log and store: " + options.work() + ". Again: " + again);
      return ExitCodes.FAILED;
    }
    return ExitCodes.OK;
  }

  private static Set<FaultKind> only(String text) {
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (String id : text.split(",")) {
      kinds.add(FaultKind.parse(id.strip()));
    }
    return kinds;
  }
}
