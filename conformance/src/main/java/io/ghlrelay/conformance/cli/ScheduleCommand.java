package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.json.Json;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.report.PlanText;
import io.ghlrelay.conformance.schedule.JitterDraw;
import io.ghlrelay.conformance.schedule.Plan;
import io.ghlrelay.conformance.schedule.Profile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code schedule}: when the platform would try again. */
final class ScheduleCommand implements Command {
  @Override
  public String name() {
    return "schedule";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "schedule --jitter 3s",
        "schedule --profile ghl-current --min-backoff 30s --seed 7",
        "schedule --profile ghl-2025/intervals --json");
  }

  @Override
  public String description() {
    return "Show when the platform tries again: a table and a drawing.";
  }

  @Override
  public List<Option> options() {
    List<Option> options = new ArrayList<>(CommonOptions.PROFILE);
    options.add(
        new Option("--jitter", "DURATION", "Each jitter drawn; default: drawn from the seed."));
    options.add(CommonOptions.SEED);
    options.add(CommonOptions.JSON);
    return options;
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) {
    Profile profile = CommonOptions.profile(arguments);
    long seed = CommonOptions.seed(arguments);
    String jitter = arguments.get("--jitter");
    JitterDraw draw =
        arguments.get(
            "--jitter", JitterDraw.seeded(seed), text -> JitterDraw.fixed(Units.duration(text)));
    Plan plan = Plan.of(profile.rules(), draw);
    if (arguments.has("--json")) {
      JsonObject json =
          new JsonObject()
              .put("profile", profile.name())
              .put("timeline", profile.rules().timeline().id())
              .put("source", profile.source())
              .put("since", profile.since())
              .put("assumed", profile.assumed())
              .put("seed", jitter == null ? seed : null)
              .put("offsetsMs", plan.offsets().stream().map(Duration::toMillis).toList());
      terminal.out().println(Json.pretty(json));
    } else {
      CommonOptions.explain(profile, terminal);
      terminal.out().print(PlanText.of(plan));
      if (jitter == null) {
        terminal.message("seed " + seed);
      }
    }
    return ExitCodes.OK;
  }
}
