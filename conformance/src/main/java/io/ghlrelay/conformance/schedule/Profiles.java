package io.ghlrelay.conformance.schedule;

import io.ghlrelay.conformance.schedule.RetryRules.JitterOn;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rule sets of the platform that are known. */
public final class Profiles {
  /** The default: the rules of the platform's webhook guide. */
  public static final Profile GHL_2025 =
      new Profile(
          "ghl-2025",
          new RetryRules(
              statuses(s -> s == 408 || s == 429 || s >= 500),
              true,
              true,
              Duration.ofSeconds(10),
              2,
              Duration.ofHours(2),
              JitterOn.FIRST,
              Duration.ofSeconds(1),
              Duration.ofSeconds(10),
              Timeline.OFFSETS,
              10,
              Duration.ofSeconds(7200),
              false),
          "the platform's webhook guide",
          "2025",
          List.of("a timeout is taken as 408, no connection as 503"),
          null);

  /** Only 429 was tried again. */
  public static final Profile GHL_429_ONLY =
      new Profile(
          "ghl-429-only",
          new RetryRules(
              Set.of(429),
              false,
              false,
              Duration.ofMinutes(10),
              1,
              Duration.ofMinutes(10),
              JitterOn.EACH,
              Duration.ZERO,
              Duration.ofSeconds(60),
              Timeline.INTERVALS,
              6,
              Duration.ofDays(1),
              false),
          "the platform's documentation and staff, 2025-10 to 2026-03",
          "2025-10-01",
          List.of("jitter of 0 to 60 s", "maxDuration of 1 d"),
          null);

  /** What the platform is said to do now. */
  public static final Profile GHL_CURRENT =
      new Profile(
          "ghl-current",
          new RetryRules(
              statuses(s -> s >= 300),
              true,
              true,
              Duration.ofSeconds(10),
              2,
              Duration.ofHours(1),
              JitterOn.EACH,
              Duration.ofSeconds(1),
              Duration.ofSeconds(10),
              Timeline.INTERVALS,
              12,
              Duration.ofDays(30),
              false),
          "the platform's staff, since 2026-04-30",
          "2026-04-30",
          List.of(
              "minBackoff of 10 s",
              "maxBackoff of 1 h",
              "jitter of 1 to 10 s",
              "maxDuration of 30 d"),
          Breaker.PLATFORM);

  private static final Map<String, Profile> ALL = new LinkedHashMap<>();

  static {
    for (Profile profile : List.of(GHL_2025, GHL_429_ONLY, GHL_CURRENT)) {
      ALL.put(profile.name(), profile);
    }
  }

  private Profiles() {}

  /** All of them, the default first. */
  public static List<Profile> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * The profile of that name, where {@code ghl-2025/intervals} chooses the timeline too.
   *
   * @throws IllegalArgumentException if there is none; the message names those that are
   */
  public static Profile get(String name) {
    int slash = name.indexOf('/');
    Profile found = ALL.get(slash < 0 ? name : name.substring(0, slash));
    if (found == null) {
      throw new IllegalArgumentException(
          "profile: " + name + " (expected: one of " + String.join(", ", ALL.keySet()) + ")");
    }
    return slash < 0
        ? found
        : found.with(found.rules().on(Timeline.parse(name.substring(slash + 1))), found.assumed());
  }

  private static Set<Integer> statuses(java.util.function.IntPredicate which) {
    return IntStream.rangeClosed(300, 599).filter(which).boxed().collect(Collectors.toSet());
  }
}
