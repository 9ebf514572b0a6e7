package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.Units;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.RetryPlan;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code schedule}: shows when a retry policy tries again. */
@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay schedule --jitter 3s",
      "  relay schedule --policy ghl-2025 --timeline intervals",
      "  relay schedule -c relay.yaml --policy patient --json",
      ""
    },
    description = "Show the retries of a policy, if every attempt fails at once.")
public final class ScheduleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      description = "The policy (default: ${DEFAULT-VALUE}).")
  private String policy = RetryPolicies.DEFAULT;

  @Option(
      names = "--jitter",
      paramLabel = "DURATION",
      description = "The jitter drawn (default: the policy's least).")
  private @Nullable String jitter;

  @Option(
      names = "--timeline",
      paramLabel = "offsets|intervals",
      description = "Count from the first attempt, or from the previous one.")
  private @Nullable String timeline;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "A configuration with own policies.")
  private @Nullable Path config;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    RetryPolicy chosen;
    try {
      chosen = policy();
    } catch (ConfigException e) {
      e.problems().forEach(problem -> spec.commandLine().getErr().println("error: " + problem));
      return ExitCodes.CONFIG;
    }
    JitterSource drawn = jitter == null ? (min, max) -> min : fixed(jitter);
    List<RetryPlan.Step> plan = RetryPlan.of(chosen, drawn);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      printJson(out, chosen, plan);
    } else {
      printTable(out, chosen, plan);
    }
    return ExitCodes.OK;
  }

  private RetryPolicy policy() throws ConfigException {
    Map<String, RetryPolicy> known =
        config == null
            ? RetryPolicies.builtIn().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().policy()))
            : new ConfigLoader(System.getenv(), Map.of()).load(config).retryPolicies();
    RetryPolicy found = known.get(policy);
    if (found == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no policy '"
              + policy
              + "' (known: "
              + String.join(", ", new TreeSet<>(known.keySet()))
              + ").");
    }
    if (timeline == null) {
      return found;
    }
    for (RetryPolicy.Timeline value : RetryPolicy.Timeline.values()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(timeline)) {
        return found.withTimeline(value);
      }
    }
    throw new ParameterException(
        spec.commandLine(), "--timeline " + timeline + " (expected: offsets or intervals)");
  }

  private JitterSource fixed(String text) {
    try {
      Duration value = Units.duration(text);
      return (min, max) -> value;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--jitter: " + e.getMessage(), e);
    }
  }

  private static void printTable(PrintWriter out, RetryPolicy policy, List<RetryPlan.Step> plan) {
    out.printf(
        "policy %s, timeline %s, at most %d retries, none due later than %s%n",
        policy.name(),
        policy.timeline().name().toLowerCase(Locale.ROOT),
        policy.maxRetries(),
        Units.format(policy.maxDuration()));
    RetryPolicies.BuiltIn builtIn = RetryPolicies.builtIn().get(policy.name());
    if (builtIn != null && !builtIn.assumed().isEmpty()) {
      out.println(
          "not published by the platform, assumed: " + String.join(", ", builtIn.assumed()));
    }
    out.println("attempt  after the first  after the one before");
    out.println("      1               0s                     -");
    Duration before = Duration.ZERO;
    for (RetryPlan.Step step : plan) {
      out.printf(
          "%7d %16s %21s%n",
          step.number() + 1, seconds(step.offset()), seconds(step.offset().minus(before)));
      before = step.offset();
    }
  }

  private static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0
        ? millis / 1000 + "s"
        : String.format(Locale.ROOT, "%.3fs", millis / 1000.0);
  }

  private static void printJson(PrintWriter out, RetryPolicy policy, List<RetryPlan.Step> plan) {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("policy", policy.name());
    root.put("timeline", policy.timeline().name().toLowerCase(Locale.ROOT));
    var retries = root.putArray("retries");
    plan.forEach(
        step ->
            retries
                .addObject()
                .put("number", step.number())
                .put("offsetMs", step.offset().toMillis()));
    out.println(root);
  }
}
