package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A relay as a process, under load, through a seeded sequence of faults; after each, and at the
 * end, what it promised is held against what it did. Used once, by one thread.
 */
public final class Campaign {
  private static final long METER_MILLIS = 250;

  /** Of so many faults one says where the campaign stands, for whoever reads a log. */
  private static final int LOGGED_EACH = 50;

  /** More than a relay of four targets needs, whatever happens to it. */
  private static final int MAX_THREADS = 200;

  private static final int MAX_FILES = 3_000;

  /** What may be left over when all is quiet: a compiler's thread, a connection kept alive. */
  private static final int MORE_THREADS = 40;

  private static final int MORE_SOCKETS = 40;
  private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

  private final CampaignOptions options;
  private final Consumer<String> messages;
  private final Consumer<String> progress;
  private final Violations violations;
  private final ClockSteps clock = new ClockSteps();
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Integer> skipped = new EnumMap<>(FaultKind.class);
  private volatile ProcessMeter peak = ProcessMeter.NOTHING;

  /**
   * A campaign.
   *
   * @param messages told what a reader of the log wants to know
   * @param progress told where it stands, often
   */
  public Campaign(CampaignOptions options, Consumer<String> messages, Consumer<String> progress) {
    this.options = options;
    this.messages = messages;
    this.progress = progress;
    this.violations = new Violations(messages);
  }

  /**
   * Runs it.
   *
   * @throws IOException if the relay does not start, or the machine fails the campaign itself
   */
  public CampaignReport run() throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path work = emptied(options.work()).toRealPath();
    EventSource events = new EventSource(options.seed(), SigningKeys.generate());
    Path store = Files.createDirectories(work.resolve("store"));
    FaultyMachine machine = machine(work, store);
    RelayConfiguration configuration = new RelayConfiguration(work, events, machine != null);
    Ledger ledger = new Ledger(events, clock, violations, options.events());
    Admin admin = new Admin(configuration.adminPort());
    Map<String, String> environment = machine == null ? Map.of() : machine.environment();
    try (Targets targets = new Targets(configuration.targetPorts(), ledger, options.seed());
        RelayUnderTest relay =
            new RelayUnderTest(options, configuration, environment, admin, clock, violations);
        Senders senders =
            new Senders(
                events,
                ledger,
                violations,
                configuration.ingressPort(),
                options.connections(),
                options.rate(),
                options.seed())) {
      FaultDriver driver =
          new FaultDriver(
              relay,
              configuration,
              machine,
              targets,
              senders,
              admin,
              clock,
              violations,
              options.lyingDisk());
      Auditor auditor = new Auditor(events, ledger, admin, relay, violations);
      Thread meter = new Thread(() -> measure(relay), "campaign-meter");
      meter.setDaemon(true);
      meter.start();
      int stored = 0;
      try {
        driver.startFirst();
        if (machine != null && !machine.inPlace()) {
          throw new IOException("the relay runs without the library of faults (LD_PRELOAD)");
        }
        ProcessMeter atFirst = relay.meter().orElse(ProcessMeter.NOTHING);
        int sent = faults(driver, senders, auditor, ledger, start);
        violations.during("the end");
        auditor.settle(0, sent, Duration.ZERO);
        quiet(relay, atFirst);
        stored = auditor.wholeStore(sent);
        relay.stop();
      } catch (IOException e) {
        // What the campaign has seen until now is worth more than a stack trace.
        violations.found(ViolationKind.EXIT, String.valueOf(e.getMessage()));
      } finally {
        meter.interrupt();
      }
      bounds();
      return new CampaignReport(
          options.seed(),
          Duration.ofNanos(System.nanoTime() - start),
          ledger.acknowledgedCount(),
          stored,
          ledger.tries(),
          senders.resent(),
          ledger.duplicates(),
          ledger.attempts(),
          ledger.delivered(),
          ledger.dead(),
          ledger.deliveredAgain(),
          driver.forged(),
          faults,
          skipped,
          Math.max(0, relay.starts() - 1),
          peak.residentBytes(),
          peak.threads(),
          peak.files(),
          violations.counts(),
          violations.told());
    }
  }

  private @Nullable FaultyMachine machine(Path work, Path store) throws IOException {
    try {
      return FaultyMachine.build(work, store);
    } catch (FaultyMachine.Unavailable e) {
      messages.accept("Faults of disk, clock and names are skipped: " + e.getMessage() + ".");
      return null;
    }
  }

  private static Path emptied(Path folder) throws IOException {
    if (Files.isDirectory(folder) && !Files.exists(folder.resolve("relay.yaml"))) {
      try (Stream<Path> inside = Files.list(folder)) {
        if (inside.findAny().isPresent()) {
          throw new IOException(folder + " is not empty, and not of an earlier campaign");
        }
      }
    }
    Files.createDirectories(folder);
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
    }
    return folder;
  }

  /** All faults, each with its part of the events; gives how many events were sent. */
  private int faults(
      FaultDriver driver, Senders senders, Auditor auditor, Ledger ledger, long start)
      throws IOException, InterruptedException {
    List<PlannedFault> sequence =
        PlannedFault.sequence(
            options.seed(), options.faults(), options.kinds(), CampaignTarget.ALL.size());
    int sent = 0;
    for (PlannedFault fault : sequence) {
      if (System.nanoTime() - start > options.time().toNanos()) {
        messages.accept("The time is up before fault " + fault.number() + ".");
        break;
      }
      int from = sent;
      sent = (int) ((long) options.events() * fault.number() / options.faults());
      senders.upTo(sent);
      if (!auditor.awaitAcknowledged(from + (int) (fault.after() * (sent - from)))) {
        break;
      }
      if (driver.can(fault.kind())) {
        happen(fault, driver);
      } else {
        skipped.merge(fault.kind(), 1, Integer::sum);
      }
      if (!auditor.awaitAcknowledged(sent)) {
        break;
      }
      auditor.settle(
          from,
          sent,
          fault.kind().group() == FaultKind.Group.CLOCK ? FaultDriver.LONGEST_STEP : Duration.ZERO);
      String where =
          "%d of %d faults, %,d events acknowledged, %,d s; last: %s"
              .formatted(
                  fault.number(),
                  options.faults(),
                  ledger.acknowledgedCount(),
                  TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                  fault.text());
      progress.accept(where);
      if (fault.number() % LOGGED_EACH == 0) {
        messages.accept(where);
      }
    }
    return sent;
  }

  private void happen(PlannedFault fault, FaultDriver driver)
      throws IOException, InterruptedException {
    violations.during(fault.text());
    faults.merge(fault.kind(), 1, Integer::sum);
    driver.begin(fault);
    if (fault.kind().group() == FaultKind.Group.PROCESS) {
      return;
    }
    boolean over = false;
    Thread.sleep(fault.hold().toMillis());
    FaultKind meanwhile = fault.meanwhile();
    if (meanwhile != null && driver.can(meanwhile)) {
      faults.merge(meanwhile, 1, Integer::sum);
      over = driver.meanwhile(fault, meanwhile);
      Thread.sleep(fault.hold().toMillis() / 2);
    }
    if (!over) {
      driver.end(fault);
    }
  }

  private void measure(RelayUnderTest relay) {
    try {
      while (true) {
        relay.meter().ifPresent(now -> peak = peak.max(now));
        Thread.sleep(METER_MILLIS);
      }
    } catch (InterruptedException e) {
      // the end of the campaign
    }
  }

  /** When all is delivered, threads and sockets must go back to what they were at the start. */
  private void quiet(RelayUnderTest relay, ProcessMeter atFirst) throws InterruptedException {
    long end = System.nanoTime() + QUIET_WITHIN.toNanos();
    ProcessMeter now = relay.meter().orElse(atFirst);
    while (now.threads() > atFirst.threads() + MORE_THREADS
        || now.sockets() > atFirst.sockets() + MORE_SOCKETS) {
      if (System.nanoTime() - end > 0) {
        violations.found(
            ViolationKind.RESOURCES,
            "%d threads and %d sockets are left, after %d and %d at the start"
                .formatted(now.threads(), now.sockets(), atFirst.threads(), atFirst.sockets()));
        return;
      }
      Thread.sleep(METER_MILLIS);
      now = relay.meter().orElse(atFirst);
    }
  }

  private void bounds() {
    if (peak.residentBytes() > options.maxResidentBytes()
        || peak.threads() > MAX_THREADS
        || peak.files() > MAX_FILES) {
      violations.found(
          ViolationKind.RESOURCES,
          "%d MiB, %d threads, %d files at most (bounds: %d MiB, %d, %d)"
              .formatted(
                  peak.residentBytes() >> 20,
                  peak.threads(),
                  peak.files(),
                  options.maxResidentBytes() >> 20,
                  MAX_THREADS,
                  MAX_FILES));
    }
  }
}
