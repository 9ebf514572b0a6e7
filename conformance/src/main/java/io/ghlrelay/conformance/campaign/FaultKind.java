package io.ghlrelay.conformance.campaign;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Every fault that a campaign knows. */
public enum FaultKind {
  KILL("kill", Group.PROCESS, false, "kill -9"),
  STOP("stop", Group.PROCESS, false, "SIGTERM under load"),
  POWER_CUT("power-cut", Group.PROCESS, true, "kill -9, unsynced data lost, last record torn"),
  DISK_FULL("disk-full", Group.DISK, true, "the disk runs full"),
  SYNC_SLOW("sync-slow", Group.DISK, true, "fsync takes long"),
  SYNC_FAILED("sync-failed", Group.DISK, true, "fsync fails, and what it was for is lost"),
  REFUSED("refused", Group.TARGET, false, "a target refuses connections"),
  STATUS_503("status-503", Group.TARGET, false, "a target answers 503"),
  STATUS_429("status-429", Group.TARGET, false, "a target answers 429"),
  REJECTED("rejected", Group.TARGET, false, "a target answers 400"),
  SLOW("slow", Group.TARGET, false, "a target answers late"),
  HANG("hang", Group.TARGET, false, "a target never answers"),
  ENDLESS("endless", Group.TARGET, false, "a target's answer never ends"),
  RESET("reset", Group.TARGET, false, "a target resets connections"),
  GARBAGE("garbage", Group.TARGET, false, "a target answers what is not HTTP"),
  DNS("dns", Group.TARGET, true, "a target's name is not found"),
  TLS("tls", Group.TARGET, false, "a target's TLS fails"),
  CLOCK_AHEAD("clock-ahead", Group.CLOCK, true, "the wall clock is set ahead, later back"),
  CLOCK_BACK("clock-back", Group.CLOCK, true, "the wall clock is set back, later ahead"),
  RELOAD("reload", Group.OPERATOR, false, "SIGHUP with a changed configuration"),
  RELOAD_BROKEN("reload-broken", Group.OPERATOR, false, "SIGHUP with a broken configuration"),
  PAUSE("pause", Group.OPERATOR, false, "a target is paused, later resumed"),
  RESEND("resend", Group.SENDER, false, "acknowledged events are sent again"),
  FORGED("forged", Group.SENDER, false, "a flood of forged events");

  /** What is hit. */
  enum Group {
    PROCESS,
    DISK,
    TARGET,
    CLOCK,
    OPERATOR,
    SENDER
  }

  private final String id;
  private final Group group;
  private final boolean needsMachine;
  private final String description;

  FaultKind(String id, Group group, boolean needsMachine, String description) {
    this.id = id;
    this.group = group;
    this.needsMachine = needsMachine;
    this.description = description;
  }

  /** Its name on the command line and in reports. */
  public String id() {
    return id;
  }

  /** What happens, in words. */
  public String description() {
    return description;
  }

  Group group() {
    return group;
  }

  /** Whether it takes {@link FaultyMachine}. */
  boolean needsMachine() {
    return needsMachine;
  }

  /**
   * The kind of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static FaultKind parse(String id) {
    return Arrays.stream(values())
        .filter(kind -> kind.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + id
                        + "' (expected: some of "
                        + Arrays.stream(values())
                            .map(FaultKind::id)
                            .collect(Collectors.joining(", "))
                        + ")"));
  }
}
