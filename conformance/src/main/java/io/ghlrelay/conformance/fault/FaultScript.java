package io.ghlrelay.conformance.fault;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Rules in order; the first that applies to a request decides, and none means nothing goes wrong.
 * Immutable.
 *
 * <pre>
 * script  = rule, separated by ";" or a new line; "#" begins a comment
 * rule    = WHEN [P%] ":" FAULT {"," FAULT}
 * WHEN    = "*" | "attempt" RANGE | "request" RANGE | "from" DURATION ["to" DURATION]
 * RANGE   = N | N-M | N-                     counted from 1
 * FAULT   = "ok" | "status" N ["retry-after" SECONDS] | "redirect" URL
 *         | "latency" DURATION ["jitter" DURATION] | "timeout" [DURATION] | "reset_peer"
 *         | "slicer" SIZE DURATION | "bandwidth" SIZE | "limit_data" SIZE
 *         | "slow_close" DURATION | "endless_body" | "garbage" | "refuse" | "lose_answer"
 * </pre>
 *
 * @param rules in order
 */
public record FaultScript(List<FaultRule> rules) {
  /** Nothing goes wrong. */
  public static final FaultScript NONE = new FaultScript(List.of());

  /** Copies the list. */
  public FaultScript {
    rules = List.copyOf(rules);
  }

  /**
   * Reads a script.
   *
   * @throws IllegalArgumentException if it cannot be read; the message says which rule, and what
   *     was expected
   */
  public static FaultScript parse(String text) {
    return ScriptParser.parse(text);
  }

  /**
   * What happens to a request.
   *
   * @param attempt which one of its event, from 1
   * @param request which one of all, from 1
   * @param sinceStart time since the script's start
   * @param seed decides, with the request's number, where a rule applies by chance: what else is
   *     under way does not
   * @return empty = nothing goes wrong
   */
  public List<Fault> decide(int attempt, long request, Duration sinceStart, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ (request * 0x9E3779B97F4A7C15L));
    for (FaultRule rule : rules) {
      if (rule.when().applies(attempt, request, sinceStart)
          && (rule.percent() == 100 || random.nextInt(100) < rule.percent())) {
        return rule.faults();
      }
    }
    return List.of();
  }

  /** In the same grammar. */
  @Override
  public String toString() {
    return rules.stream().map(FaultRule::toString).collect(Collectors.joining("; "));
  }
}
