package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes faults happen, and ends them. Confined to the campaign's thread. */
final class FaultDriver {
  private static final int[] AHEAD_SECONDS = {3, 15};
  static final Duration LONGEST_STEP = Duration.ofSeconds(15);
  private static final int[] BACK_SECONDS = {2, 5};
  private static final int MOST_ROOM = 64 << 10;

  private final RelayUnderTest relay;
  private final RelayConfiguration configuration;
  private final @Nullable FaultyMachine machine;
  private final Targets targets;
  private final Senders senders;
  private final Admin admin;
  private final ClockSteps clock;
  private final Violations violations;
  private final boolean lyingDisk;
  private final AtomicLong forged = new AtomicLong();
  private @Nullable Flood flood;

  FaultDriver(
      RelayUnderTest relay,
      RelayConfiguration configuration,
      @Nullable FaultyMachine machine,
      Targets targets,
      Senders senders,
      Admin admin,
      ClockSteps clock,
      Violations violations,
      boolean lyingDisk) {
    this.relay = relay;
    this.configuration = configuration;
    this.machine = machine;
    this.targets = targets;
    this.senders = senders;
    this.admin = admin;
    this.clock = clock;
    this.violations = violations;
    this.lyingDisk = lyingDisk;
  }

  /** Whether it can be done here. */
  boolean can(FaultKind kind) {
    return !kind.needsMachine() || machine != null;
  }

  /** Forged events sent so far. */
  long forged() {
    return forged.get();
  }

  /** Begins a fault; one of the process is over when this returns. */
  void begin(PlannedFault fault) throws IOException, InterruptedException {
    Random random = new Random(fault.seed());
    switch (fault.kind()) {
      case KILL, STOP, POWER_CUT -> {
        end(fault.kind(), random);
        start();
      }
      case DISK_FULL -> machine().room(random.nextInt(MOST_ROOM));
      case SYNC_SLOW -> machine().syncTakes(Duration.ofMillis(10 + random.nextInt(150)));
      case SYNC_FAILED -> machine().syncFails(true);
      case REFUSED -> targets.refuse(fault.target());
      case STATUS_503 -> mood(fault, Mood.Behaviour.STATUS_503, random);
      case STATUS_429 -> mood(fault, Mood.Behaviour.STATUS_429, random);
      case REJECTED -> mood(fault, Mood.Behaviour.REJECT, random);
      case SLOW -> mood(fault, Mood.Behaviour.SLOW, random);
      case HANG -> mood(fault, Mood.Behaviour.HANG, random);
      case ENDLESS -> mood(fault, Mood.Behaviour.ENDLESS, random);
      case RESET -> mood(fault, Mood.Behaviour.RESET, random);
      case GARBAGE -> mood(fault, Mood.Behaviour.GARBAGE, random);
      case DNS -> {
        machine().namesFail(true);
        targets.drop(CampaignTarget.ALL.indexOf(CampaignTarget.NAMED));
      }
      case TLS -> {
        configuration.writeWithTls(fault.target());
        relay.reload();
      }
      case CLOCK_AHEAD -> set(Duration.ofSeconds(AHEAD_SECONDS[random.nextInt(2)]));
      case CLOCK_BACK -> set(Duration.ofSeconds(-BACK_SECONDS[random.nextInt(2)]));
      case RELOAD -> {
        configuration.writeChanged(1 + random.nextInt(64));
        relay.reload();
      }
      case RELOAD_BROKEN -> {
        configuration.writeBroken();
        relay.reload();
      }
      case PAUSE -> admin.pause(CampaignTarget.ALL.get(fault.target()).name());
      case RESEND -> senders.resendAll(true);
      case FORGED ->
          flood = new Flood(configuration.ingressPort(), fault.seed(), violations, forged);
    }
  }

  private FaultyMachine machine() {
    if (machine == null) {
      throw new IllegalStateException("asked for what cannot be done here");
    }
    return machine;
  }

  /** Either all requests or half of them meet it. */
  private void mood(PlannedFault fault, Mood.Behaviour behaviour, Random random) {
    int percent = random.nextBoolean() ? 100 : 50;
    Duration delay = Duration.ofMillis(50 + random.nextInt(600));
    targets.mood(fault.target(), new Mood(behaviour, percent, delay));
  }

  private void set(Duration offset) {
    clock.set(System.nanoTime(), offset);
    machine().clock(offset);
  }

  /**
   * What happens to the process in the middle of a fault.
   *
   * @return whether the fault had to end before the relay could start again
   */
  boolean meanwhile(PlannedFault fault, FaultKind kind) throws IOException, InterruptedException {
    end(kind, new Random(~fault.seed()));
    boolean hinders =
        fault.kind().group() == FaultKind.Group.DISK || fault.kind() == FaultKind.RELOAD_BROKEN;
    if (hinders && machine != null) {
      machine.heal();
    }
    if (hinders) {
      configuration.write();
    }
    start();
    return hinders;
  }

  /** Ends the process in the way of this kind. */
  private void end(FaultKind kind, Random random) throws IOException, InterruptedException {
    if (kind == FaultKind.STOP) {
      relay.stop();
    } else {
      relay.kill();
    }
    if (kind == FaultKind.POWER_CUT) {
      machine().powerCut(random);
    }
  }

  /** Starts the relay, once what the last one had sent has been read by the targets. */
  private void start() throws IOException, InterruptedException {
    while (targets.connections() > 0) {
      Thread.sleep(1); // the kernel has closed them; the targets' thread sees it soon
    }
    if (lyingDisk) {
      machine().syncLies(false);
    }
    relay.start();
    if (lyingDisk) {
      machine().syncLies(true);
    }
  }

  /** The first start. */
  void startFirst() throws IOException, InterruptedException {
    configuration.write();
    start();
  }

  /** Ends a fault. */
  void end(PlannedFault fault) throws IOException, InterruptedException {
    switch (fault.kind()) {
      case KILL, STOP, POWER_CUT -> {}
      case DISK_FULL, SYNC_SLOW, SYNC_FAILED, DNS -> machine().heal();
      case REFUSED -> targets.listen(fault.target());
      case STATUS_503, STATUS_429, REJECTED, SLOW, HANG, ENDLESS, RESET, GARBAGE ->
          targets.mood(fault.target(), Mood.GOOD);
      case TLS, RELOAD, RELOAD_BROKEN -> {
        configuration.write();
        relay.reload();
      }
      case CLOCK_AHEAD, CLOCK_BACK -> set(Duration.ZERO);
      case PAUSE -> admin.resume(CampaignTarget.ALL.get(fault.target()).name());
      case RESEND -> senders.resendAll(false);
      case FORGED -> {
        if (flood != null) {
          flood.stop();
          flood = null;
        }
      }
    }
  }
}
