package io.ghlrelay.conformance.campaign;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a campaign is to do.
 *
 * @param relay the command that runs a relay; {@code serve -c FILE} is added
 * @param work folder for configuration, store and logs; emptied at the start
 * @param seed of events and faults
 * @param faults how many, at least as many as are counted in the end
 * @param events how many, spread over the faults
 * @param rate events a second
 * @param connections of the platform's
 * @param time no further fault begins after it
 * @param kinds which faults
 * @param maxResidentBytes bound of the relay's memory
 * @param lyingDisk whether the disk says that it has synced and has not: the campaign must find it
 */
public record CampaignOptions(
    List<String> relay,
    Path work,
    long seed,
    int faults,
    int events,
    double rate,
    int connections,
    Duration time,
    Set<FaultKind> kinds,
    long maxResidentBytes,
    boolean lyingDisk) {
  /** Events a second, unless said otherwise. */
  public static final double RATE = 1_000;

  /** Connections of the platform's, unless said otherwise. */
  public static final int CONNECTIONS = 24;

  /** Bound of the memory, unless said otherwise: the heap and what OPERATIONS.md allows beside. */
  public static final long MAX_RESIDENT = 800L << 20;

  /** Checks and copies. */
  public CampaignOptions {
    relay = List.copyOf(relay);
    kinds = EnumSet.copyOf(kinds);
    if (relay.isEmpty() || faults < 1 || events < faults || !(rate > 0) || connections < 1) {
      throw new IllegalArgumentException(
          "a campaign has a relay, faults, at least as many events, a rate and connections");
    }
  }

  /** All kinds of faults, with defaults for what is not said. */
  public static CampaignOptions of(
      List<String> relay, Path work, long seed, int faults, int events) {
    return new CampaignOptions(
        relay,
        work,
        seed,
        faults,
        events,
        RATE,
        CONNECTIONS,
        Duration.ofHours(1),
        EnumSet.allOf(FaultKind.class),
        MAX_RESIDENT,
        false);
  }

  /** The same with another rate. */
  public CampaignOptions atRate(double value) {
    return new CampaignOptions(
        relay,
        work,
        seed,
        faults,
        events,
        value,
        connections,
        time,
        kinds,
        maxResidentBytes,
        lyingDisk);
  }

  /** The same with other kinds of faults. */
  public CampaignOptions only(Set<FaultKind> value) {
    return new CampaignOptions(
        relay,
        work,
        seed,
        faults,
        events,
        rate,
        connections,
        time,
        value,
        maxResidentBytes,
        lyingDisk);
  }

  /** The same on a disk that lies. */
  public CampaignOptions onLyingDisk() {
    return new CampaignOptions(
        relay, work, seed, faults, events, rate, connections, time, kinds, maxResidentBytes, true);
  }
}
