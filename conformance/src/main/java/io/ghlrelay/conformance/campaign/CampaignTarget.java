package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.schedule.RetryRules;
import io.ghlrelay.conformance.schedule.RetryRules.JitterOn;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A target with its retry rules, short enough for a campaign.
 *
 * @param name in the configuration
 * @param rules when it is tried again
 */
record CampaignTarget(String name, RetryRules rules) {
  /** How long an attempt may take. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Set<Integer> STATUSES =
      IntStream.concat(IntStream.of(408, 429), IntStream.range(500, 600))
          .boxed()
          .collect(Collectors.toSet());

  /** Places fixed by the first attempt; never exhausted within a campaign. */
  static final CampaignTarget OFFSETS =
      new CampaignTarget("offsets", rules(JitterOn.FIRST, 100, 1.5, HOUR, Timeline.OFFSETS, 30));

  /** Each retry counted from the attempt before. */
  static final CampaignTarget INTERVALS =
      new CampaignTarget(
          "intervals",
          rules(JitterOn.NONE, 100, 2, Duration.ofMillis(800), Timeline.INTERVALS, 100));

  /** Given up after a few attempts. */
  static final CampaignTarget FEW =
      new CampaignTarget("few", rules(JitterOn.FIRST, 100, 2, HOUR, Timeline.OFFSETS, 3));

  /** Reached by a name that the campaign can make unknown. */
  static final CampaignTarget NAMED =
      new CampaignTarget("named", rules(JitterOn.FIRST, 100, 1.5, HOUR, Timeline.OFFSETS, 30));

  static final List<CampaignTarget> ALL = List.of(OFFSETS, INTERVALS, FEW, NAMED);

  /** By the last digit of an event's number, base 8: the targets that get it. */
  private static final int[][] ROUTES = {{0}, {0}, {1}, {1}, {2}, {3}, {3}, {0, 1}};

  private static RetryRules rules(
      JitterOn jitter,
      int minBackoffMillis,
      double factor,
      Duration maxBackoff,
      Timeline timeline,
      int retries) {
    boolean drawn = jitter != JitterOn.NONE;
    return new RetryRules(
        STATUSES,
        true,
        true,
        Duration.ofMillis(minBackoffMillis),
        factor,
        maxBackoff,
        jitter,
        Duration.ofMillis(drawn ? 20 : 0),
        Duration.ofMillis(drawn ? 120 : 0),
        timeline,
        retries,
        HOUR,
        false);
  }

  /** How many routes there are. */
  static int routes() {
    return ROUTES.length;
  }

  /** Indexes of the targets of a route. */
  static int[] route(int number) {
    return ROUTES[number].clone();
  }

  /**
   * The wait before a retry, without jitter, in nanoseconds.
   *
   * @param retry its number, from 1
   */
  long backoff(int retry) {
    int exponent = rules.jitterOn() == JitterOn.FIRST ? retry - 2 : retry - 1;
    if (exponent < 0) {
      return 0;
    }
    double nanos = rules.minBackoff().toNanos() * Math.pow(rules.factor(), exponent);
    return Math.min((long) nanos, rules.maxBackoff().toNanos());
  }

  /** As lines of the relay's configuration, below {@code retryPolicies:}. */
  String policy() {
    return """
      %s: {retryOn: [408, 429, 5xx, timeout, connection], minBackoff: %s, factor: %s, maxBackoff: %s, \
    jitter: {on: %s, min: %s, max: %s}, timeline: %s, maxRetries: %d, maxDuration: %s}
    """
        .formatted(
            name,
            rules.minBackoff(),
            rules.factor(),
            rules.maxBackoff(),
            rules.jitterOn().name().toLowerCase(java.util.Locale.ROOT),
            rules.minJitter(),
            rules.maxJitter(),
            rules.timeline().id(),
            rules.maxRetries(),
            rules.maxDuration());
  }
}
