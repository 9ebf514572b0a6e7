package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.report.Assertion;
import io.ghlrelay.conformance.report.DeliveryJson;
import io.ghlrelay.conformance.report.JUnitXml;
import io.ghlrelay.conformance.report.Seconds;
import io.ghlrelay.conformance.report.TimelineText;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import io.ghlrelay.conformance.simulator.SimulationListener;
import io.ghlrelay.conformance.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code simulate}: its progress and what it prints. Guarded by the simulator's lock.
 */
final class SimulationRun implements SimulationListener {
  private static final int DRAWN = 10;
  private static final long PROGRESS_NANOS = 100_000_000;

  private final Terminal terminal;
  private final boolean json;
  private final List<Assertion> assertions;
  private final long startNanos = System.nanoTime();
  private long attempts;
  private long delivered;
  private long dead;
  private long shownNanos;

  SimulationRun(Terminal terminal, boolean json, List<Assertion> assertions) {
    this.terminal = terminal;
    this.json = json;
    this.assertions = assertions;
  }

  @Override
  public void attempted(Delivery delivery, Attempt attempt) {
    attempts++;
    delivered += delivery.state() == DeliveryState.DELIVERED ? 1 : 0;
    dead += delivery.state() == DeliveryState.DEAD ? 1 : 0;
    long now = System.nanoTime();
    if (now - shownNanos > PROGRESS_NANOS) {
      shownNanos = now;
      terminal.progress(
          "attempts "
              + attempts
              + "  delivered "
              + delivered
              + "  dead "
              + dead
              + "  last "
              + attempt.outcome().label());
    }
  }

  /** Runs to the end, prints, and gives the exit code. */
  int finish(Simulator simulator, @Nullable String report) throws IOException {
    simulator.runUntilSettled();
    terminal.progressDone();
    List<Delivery> deliveries = simulator.deliveries();
    Map<Delivery, String> failures = new LinkedHashMap<>();
    for (Delivery delivery : deliveries) {
      Assertion.firstBroken(assertions, delivery)
          .ifPresent(failure -> failures.put(delivery, failure));
    }
    for (Delivery delivery : deliveries) {
      if (json) {
        terminal.out().println(DeliveryJson.of(delivery));
      } else if (deliveries.size() <= DRAWN) {
        terminal.out().println(TimelineText.of(delivery));
      }
    }
    Duration real = Duration.ofNanos(System.nanoTime() - startNanos);
    String summary =
        "%d events: %d delivered, %d dead; %d attempts; %s of the platform's time in %s"
            .formatted(
                deliveries.size(),
                delivered,
                dead,
                attempts,
                Seconds.text(simulator.elapsed()),
                Seconds.text(real));
    if (json) {
      terminal.message(summary);
    } else {
      terminal.out().println(summary);
    }
    failures.forEach(
        (delivery, failure) -> terminal.message("FAILED " + delivery.event() + ": " + failure));
    if (report != null) {
      JUnitXml.write(Path.of(report), "simulate", JUnitXml.cases(deliveries, failures));
    }
    return failures.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
