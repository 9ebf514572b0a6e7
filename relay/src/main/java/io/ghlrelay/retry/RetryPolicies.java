package io.ghlrelay.retry;

import io.ghlrelay.retry.RetryPolicy.Jitter;
import io.ghlrelay.retry.RetryPolicy.JitterOn;
import io.ghlrelay.retry.RetryPolicy.RetryOn;
import io.ghlrelay.retry.RetryPolicy.Timeline;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The built-in retry policies: the platform's own rule sets, each with its source. */
public final class RetryPolicies {

  /** The name of the default policy. */
  public static final String DEFAULT = "ghl-2025";

  /**
   * A rule set of the platform.
   *
   * @param policy the rules
   * @param source who says so, and when
   * @param assumed parameters that nobody publishes, in words; empty = all are published
   */
  public record BuiltIn(RetryPolicy policy, String source, List<String> assumed) {
    public BuiltIn {
      assumed = List.copyOf(assumed);
    }
  }

  private static final Map<String, BuiltIn> ALL = new LinkedHashMap<>();

  static {
    add(
        new RetryPolicy(
            DEFAULT,
            new RetryOn(with(range(500, 599), 408, 429), true, true),
            Duration.ofSeconds(10),
            2,
            Duration.ofHours(2),
            new Jitter(JitterOn.FIRST, Duration.ofSeconds(1), Duration.ofSeconds(10)),
            Timeline.OFFSETS,
            10,
            Duration.ofSeconds(7200),
            false),
        "The platform's webhook guide, 2025.",
        List.of());
    add(
        new RetryPolicy(
            "ghl-429-only",
            new RetryOn(Set.of(429), false, false),
            Duration.ofMinutes(10),
            1,
            Duration.ofMinutes(10),
            new Jitter(JitterOn.EACH, Duration.ZERO, Duration.ofSeconds(60)),
            Timeline.INTERVALS,
            6,
            Duration.ofDays(1),
            false),
        "The platform's documentation, 2025-10 to 2026-03.",
        List.of("jitter of 0 to 60 s", "maxDuration of 1 d"));
    add(
        new RetryPolicy(
            "ghl-current",
            new RetryOn(range(300, 599), true, true),
            Duration.ofSeconds(10),
            2,
            Duration.ofHours(1),
            new Jitter(JitterOn.EACH, Duration.ofSeconds(1), Duration.ofSeconds(10)),
            Timeline.INTERVALS,
            12,
            Duration.ofDays(30),
            false),
        "The platform's documentation, since 2026-04-30.",
        List.of(
            "minBackoff of 10 s",
            "maxBackoff of 1 h",
            "jitter of 1 to 10 s",
            "maxDuration of 30 d"));
  }

  private RetryPolicies() {}

  /** Every built-in policy by name, the default first. */
  public static Map<String, BuiltIn> builtIn() {
    return Collections.unmodifiableMap(ALL);
  }

  /** The default, {@code ghl-2025}. */
  public static RetryPolicy ghl2025() {
    return get(DEFAULT);
  }

  /**
   * A built-in policy.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static RetryPolicy get(String name) {
    BuiltIn found = ALL.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "policy: " + name + " (expected: one of " + ALL.keySet() + ")");
    }
    return found.policy();
  }

  private static void add(RetryPolicy policy, String source, List<String> assumed) {
    ALL.put(policy.name(), new BuiltIn(policy, source, assumed));
  }

  private static Set<Integer> range(int first, int last) {
    Set<Integer> statuses = new TreeSet<>();
    for (int status = first; status <= last; status++) {
      statuses.add(status);
    }
    return statuses;
  }

  private static Set<Integer> with(Set<Integer> statuses, int... more) {
    for (int status : more) {
      statuses.add(status);
    }
    return statuses;
  }
}
