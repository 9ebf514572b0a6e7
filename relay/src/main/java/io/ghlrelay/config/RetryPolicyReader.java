package io.ghlrelay.config;

import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.retry.RetryPolicy.Jitter;
import io.ghlrelay.retry.RetryPolicy.JitterOn;
import io.ghlrelay.retry.RetryPolicy.RetryOn;
import io.ghlrelay.retry.RetryPolicy.Timeline;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads {@code retryPolicies:}; a policy that names no {@code extends} starts from the default. */
final class RetryPolicyReader {
  private static final Duration MAX_BACKOFF = Duration.ofDays(30);
  private static final Duration MAX_DURATION = Duration.ofDays(365);

  private RetryPolicyReader() {}

  /** Every policy by name: the built-in ones and those of the section. */
  static Map<String, RetryPolicy> read(Section section) {
    Map<String, RetryPolicy> policies = new LinkedHashMap<>();
    RetryPolicies.builtIn().forEach((name, builtIn) -> policies.put(name, builtIn.policy()));
    section
        .sections()
        .forEach(
            (name, own) -> {
              if (RetryPolicies.builtIn().containsKey(name)) {
                section
                    .problems()
                    .error(
                        section.whereKey(name),
                        "'"
                            + name
                            + "' is built in; give your policy another name and write"
                            + " extends: "
                            + name);
              }
              policies.put(name, policy(name, own, policies));
            });
    return policies;
  }

  private static RetryPolicy policy(
      String name, Section section, Map<String, RetryPolicy> earlier) {
    RetryPolicy base =
        section.read(
            "extends",
            RetryPolicies.ghl2025(),
            text -> {
              RetryPolicy found = earlier.get(text);
              if (found == null) {
                throw new IllegalArgumentException(
                    "'" + text + "' (expected: one of " + earlier.keySet() + ")");
              }
              return found;
            });
    RetryOn retryOn = retryOn(section, base.retryOn());
    Duration min =
        section.duration("minBackoff", base.minBackoff(), Duration.ofMillis(1), MAX_BACKOFF);
    double factor = section.read("factor", base.factor(), RetryPolicyReader::factor);
    Duration max = section.duration("maxBackoff", larger(base.maxBackoff(), min), min, MAX_BACKOFF);
    Jitter jitter =
        section.has("jitter") ? jitter(section.section("jitter"), base.jitter()) : base.jitter();
    Timeline timeline = section.read("timeline", base.timeline(), constant(Timeline.values()));
    int retries = section.integer("maxRetries", base.maxRetries(), 0, 100);
    Duration duration =
        section.duration("maxDuration", base.maxDuration(), Duration.ZERO, MAX_DURATION);
    boolean honor = section.flag("honorRetryAfter", base.honorRetryAfter());
    section.end();
    return new RetryPolicy(
        name, retryOn, min, factor, max, jitter, timeline, retries, duration, honor);
  }

  private static Duration larger(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static double factor(String text) {
    double factor;
    try {
      factor = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
    if (!(factor >= 1 && factor <= 100)) {
      throw new IllegalArgumentException(text + " (expected: 1..100)");
    }
    return factor;
  }

  private static Jitter jitter(Section section, Jitter base) {
    JitterOn on = section.read("on", base.on(), constant(JitterOn.values()));
    Duration min = section.duration("min", base.min(), Duration.ZERO, MAX_BACKOFF);
    Duration max = section.duration("max", larger(base.max(), min), min, MAX_BACKOFF);
    section.end();
    return new Jitter(on, min, max);
  }

  private static <T extends Enum<T>> Function<String, T> constant(T[] values) {
    return text -> {
      Set<String> names = new TreeSet<>();
      for (T value : values) {
        String name = value.name().toLowerCase(Locale.ROOT);
        if (name.equals(text)) {
          return value;
        }
        names.add(name);
      }
      throw new IllegalArgumentException(
          "'" + text + "' (expected: " + String.join(", ", names) + ")");
    };
  }

  private static RetryOn retryOn(Section section, RetryOn base) {
    if (!section.has("retryOn")) {
      return base;
    }
    Set<Integer> statuses = new TreeSet<>();
    boolean timeout = false;
    boolean connection = false;
    List<Value> values = section.values("retryOn");
    for (Value value : values) {
      switch (value.text()) {
        case "timeout" -> timeout = true;
        case "connection" -> connection = true;
        case "3xx" -> addRange(statuses, 300);
        case "4xx" -> addRange(statuses, 400);
        case "5xx" -> addRange(statuses, 500);
        default -> {
          if (value.text().matches("[345]\\d\\d")) {
            statuses.add(Integer.valueOf(value.text()));
          } else {
            section
                .problems()
                .error(
                    value.where(),
                    "retryOn: '"
                        + value.text()
                        + "' (expected: a status 300..599, 3xx, 4xx, 5xx, timeout, connection)");
          }
        }
      }
    }
    return new RetryOn(statuses, timeout, connection);
  }

  private static void addRange(Set<Integer> statuses, int first) {
    for (int status = first; status < first + 100; status++) {
      statuses.add(status);
    }
  }
}
