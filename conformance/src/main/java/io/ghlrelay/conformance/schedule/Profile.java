package io.ghlrelay.conformance.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule set of the platform with its source.
 *
 * @param name its name
 * @param rules when it tries again
 * @param source who says so
 * @param since from when on it is known: an ISO date, or the year alone
 * @param assumed parameters that nobody publishes and that this value guesses, in words
 * @param breaker when it pauses a URL; null = no such rule is known for this set
 */
public record Profile(
    String name,
    RetryRules rules,
    String source,
    String since,
    List<String> assumed,
    @Nullable Breaker breaker) {

  /** Copies the list. */
  public Profile {
    assumed = List.copyOf(assumed);
  }

  /** The same profile with other rules; what is said to be assumed stays unless given. */
  public Profile with(RetryRules other, List<String> stillAssumed) {
    return new Profile(name, other, source, since, stillAssumed, breaker);
  }
}
