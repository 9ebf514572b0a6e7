package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a campaign counted.
 *
 * @param seed it ran with
 * @param took how long
 * @param acknowledged distinct events that the relay acknowledged
 * @param stored events in its store at the end
 * @param tries how often the platform sent them, until acknowledged
 * @param resent acknowledged events that were sent again
 * @param duplicates answers that called an event a duplicate
 * @param attempts requests that came to the targets
 * @param delivered deliveries taken by their targets
 * @param dead deliveries dead by their targets' answers
 * @param deliveredAgain attempts at targets that had taken the event already
 * @param forged forged events sent
 * @param faults how many of each kind
 * @param skipped how many of each kind could not be made here
 * @param restarts of the relay
 * @param peakResidentBytes its memory at most
 * @param peakThreads its threads at most
 * @param peakFiles its open files at most
 * @param violations how many of each kind
 * @param found the first violations, in words
 */
public record CampaignReport(
    long seed,
    Duration took,
    int acknowledged,
    int stored,
    long tries,
    long resent,
    long duplicates,
    long attempts,
    long delivered,
    long dead,
    long deliveredAgain,
    long forged,
    Map<FaultKind, Integer> faults,
    Map<FaultKind, Integer> skipped,
    int restarts,
    long peakResidentBytes,
    int peakThreads,
    int peakFiles,
    Map<ViolationKind, Integer> violations,
    List<String> found) {
  /** Copies. */
  public CampaignReport {
    faults = Map.copyOf(faults);
    skipped = Map.copyOf(skipped);
    violations = Map.copyOf(violations);
    found = List.copyOf(found);
  }

  /** How many faults there were. */
  public int faultCount() {
    return sum(faults);
  }

  /** How many faults could not be made here. */
  public int skippedCount() {
    return sum(skipped);
  }

  /** How many promises were broken; 0 = the campaign found nothing. */
  public int violationCount() {
    return sum(violations);
  }

  private static int sum(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** For machines. */
  public JsonObject json() {
    JsonObject kinds = new JsonObject();
    JsonObject left = new JsonObject();
    for (FaultKind kind : FaultKind.values()) {
      kinds.put(kind.id(), faults.getOrDefault(kind, 0));
      left.put(kind.id(), skipped.getOrDefault(kind, 0));
    }
    JsonObject broken = new JsonObject();
    for (ViolationKind kind : ViolationKind.values()) {
      broken.put(kind.id(), violations.getOrDefault(kind, 0));
    }
    return new JsonObject()
        .put("seed", seed)
        .put("seconds", took.toSeconds())
        .put("acknowledged", acknowledged)
        .put("stored", stored)
        .put("tries", tries)
        .put("resent", resent)
        .put("duplicates", duplicates)
        .put("attempts", attempts)
        .put("delivered", delivered)
        .put("dead", dead)
        .put("deliveredAgain", deliveredAgain)
        .put("forged", forged)
        .put("faults", kinds)
        .put("skipped", left)
        .put("restarts", restarts)
        .put("peakResidentMiB", peakResidentBytes >> 20)
        .put("peakThreads", peakThreads)
        .put("peakFiles", peakFiles)
        .put("violations", broken)
        .put("found", found);
  }

  /** For people. */
  public String text() {
    StringBuilder out = new StringBuilder();
    for (FaultKind kind : FaultKind.values()) {
      int done = faults.getOrDefault(kind, 0);
      int not = skipped.getOrDefault(kind, 0);
      if (done + not > 0) {
        line(
            out,
            "  " + kind.id(),
            String.format(Locale.ROOT, "%,9d%s", done, not > 0 ? " (skipped " + not + ")" : ""),
            kind.description());
      }
    }
    line(out, "faults", count(faultCount()), "skipped " + skippedCount());
    line(out, "restarts", count(restarts), "");
    line(out, "acknowledged", count(acknowledged), "events; in the store " + stored);
    line(out, "sent", count(tries), "times until acknowledged, and " + resent + " again after it");
    line(out, "duplicates", count(duplicates), "answers that knew the event already");
    line(out, "forged", count(forged), "events refused");
    line(out, "attempts", count(attempts), "seen by the targets");
    line(out, "delivered", count(delivered), "and " + dead + " dead by the targets' answers");
    line(out, "again", count(deliveredAgain), "attempts after a 200 that the relay did not keep");
    line(
        out,
        "at most",
        count(peakResidentBytes >> 20),
        "MiB resident, " + peakThreads + " threads, " + peakFiles + " open files");
    for (ViolationKind kind : ViolationKind.values()) {
      line(out, "  " + kind.text(), count(violations.getOrDefault(kind, 0)), "");
    }
    line(
        out,
        "violations",
        count(violationCount()),
        "seed " + seed + ", " + took.toSeconds() + " s");
    return out.toString();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,9d", number);
  }

  private static void line(StringBuilder out, String name, String count, String words) {
    out.append(String.format(Locale.ROOT, "%-24s %s  %s", name, count, words).stripTrailing())
        .append('\n');
  }
}
