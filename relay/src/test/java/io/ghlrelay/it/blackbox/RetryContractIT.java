package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.schedule.RetryRules;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When the relay tries again: its real attempts against the simulator's virtual ones. */
@Timeout(180)
@Tag("once")
class RetryContractIT {
  /**
   * A busy machine sends late: some milliseconds here, more elsewhere. What is planned is compared
   * exactly on offsets; this bounds what noise may add to an arrival.
   */
  private static final Duration DRIFT = Duration.ofSeconds(2);

  @TempDir private Path folder;

  @Test
  void realAttemptsFollowTheSimulatedPlatformsOnBothTimelines() throws Exception {
    try (SinkServer offsets = failing();
        SinkServer intervals = failing();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets:\n  offsets: {url: \"%s\", retry: scaled}\n  intervals: {url: \"%s\", retry: intervals}\n"
                        .formatted(offsets.url("/"), intervals.url("/"))
                    + "routes: [{to: [offsets, intervals]}]\n")) {
      String id = relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w1\"}");
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  relay.delivery(id, "offsets").path("state").asText().equals("dead")
                      && relay.delivery(id, "intervals").path("state").asText().equals("dead"));

      compare(relay.delivery(id, "offsets"), offsets, Timeline.OFFSETS);
      compare(relay.delivery(id, "intervals"), intervals, Timeline.INTERVALS);

      offsets.script(FaultScript.NONE);
      relay.call("/api/v1/events/" + id + "/replay", "{\"targets\":[\"offsets\"]}");
      await().until(() -> relay.delivery(id, "offsets").path("state").asText().equals("delivered"));
      assertThat(offsets.count()).isEqualTo(12);
    }
  }

  private static SinkServer failing() throws Exception {
    return SinkServer.configure().script(FaultScript.parse("*: status 503")).start();
  }

  /** Plays the same series in virtual time, with the jitter that the relay drew. */
  private static Delivery simulated(Duration jitter, Timeline timeline) throws Exception {
    RetryRules scaled = PackagedRelay.RULES.on(timeline);
    Profile profile =
        Profiles.GHL_2025.with(
            scaled.with(scaled.minBackoff(), scaled.maxBackoff(), jitter, jitter), List.of());
    try (SinkServer sink = failing();
        Simulator simulator =
            Simulator.configure().profile(profile).target(sink.url("/")).build()) {
      Delivery delivery = simulator.send(PayloadRequest.of("ContactCreate"));
      simulator.runUntilSettled();
      return delivery;
    }
  }

  private static void compare(JsonNode relayed, SinkServer sink, Timeline timeline)
      throws Exception {
    List<Instant> due = new ArrayList<>();
    List<Instant> started = new ArrayList<>();
    relayed.path("attemptList").forEach(one -> due.add(Instant.parse(one.path("dueAt").asText())));
    relayed
        .path("attemptList")
        .forEach(one -> started.add(Instant.parse(one.path("startedAt").asText())));
    JsonNode first = relayed.path("attemptList").get(0);
    Instant firstEnd =
        started.get(0).plusNanos((long) (first.path("latencyMs").asDouble() * 1_000_000));
    Duration jitter = Duration.ofMillis(Duration.between(firstEnd, due.get(1)).toMillis());
    List<Duration> virtual = simulated(jitter, timeline).offsets();
    List<SinkRequest> arrived = sink.requests();

    assertThat(jitter).isBetween(Duration.ofMillis(4), Duration.ofMillis(51));
    assertThat(relayed.path("deadReason").asText()).isEqualTo("exhausted");
    assertThat(due).hasSize(11).hasSameSizeAs(virtual).hasSameSizeAs(arrived);
    StringBuilder table =
        new StringBuilder(
            "%n%s, %d times faster, jitter %d ms%n"
                .formatted(timeline.id(), PackagedRelay.FASTER, jitter.toMillis()));
    table.append("attempt   simulator ms   relay, planned ms   relay, arrived ms%n".formatted());
    for (int i = 1; i < 11; i++) {
      // Planned places are compared from the first retry on: its own is the jitter, by definition.
      Duration planned = Duration.between(due.get(1), due.get(i)).plus(jitter);
      Duration real = arrived.get(i).sinceStart().minus(arrived.get(0).sinceStart());
      table.append(
          "%7d %14d %19d %19d%n"
              .formatted(i + 1, virtual.get(i).toMillis(), planned.toMillis(), real.toMillis()));
      // On intervals each wait begins when the attempt before has ended, which takes real time.
      Duration slack = timeline == Timeline.OFFSETS ? Duration.ofMillis(2) : DRIFT;
      assertThat(planned.minus(virtual.get(i)))
          .as("attempt %d", i + 1)
          .isBetween(Duration.ofMillis(-2), slack);
      assertThat(real.minus(virtual.get(i)))
          .as("arrival of attempt %d", i + 1)
          .isBetween(Duration.ofMillis(-5), DRIFT);
      assertThat(arrived.get(i).header("Relay-Attempt")).isEqualTo(String.valueOf(i + 1));
    }
    System.out.print(table);
  }

  @Test
  void everyKindOfFailureIsTriedAgainOrNotAsThePolicySays() throws Exception {
    Map<String, String> faults = new LinkedHashMap<>();
    faults.put("s503", "status 503");
    faults.put("s429", "status 429 retry-after 3600");
    faults.put("s408", "status 408");
    faults.put("s599", "status 599");
    faults.put("hangs", "timeout");
    faults.put("resets", "reset_peer");
    faults.put("garbage", "garbage");
    faults.put("cut", "limit_data 8B");
    faults.put("s400", "status 400");
    faults.put("s401", "status 401");
    faults.put("s404", "status 404");
    faults.put("moved", "redirect http://127.0.0.1:9/");
    faults.put("endless", "endless_body");
    faults.put("slow", "slicer 4B 20ms");
    Map<String, SinkServer> sinks = new LinkedHashMap<>();
    StringBuilder targets = new StringBuilder("targets:\n");
    for (Map.Entry<String, String> fault : faults.entrySet()) {
      SinkServer sink =
          SinkServer.configure()
              .script(FaultScript.parse("attempt 1-2: " + fault.getValue()))
              .start();
      sinks.put(fault.getKey(), sink);
      targets.append(
          "  %s: {url: \"%s\", retry: scaled, timeout: 1s}%n"
              .formatted(fault.getKey(), sink.url("/")));
    }
    targets.append("  nobody: {url: \"http://127.0.0.1:1/\", retry: scaled}\n");
    String all = String.join(", ", faults.keySet()) + ", nobody";
    try (PackagedRelay relay =
        new PackagedRelay(folder, targets + "routes: [{to: [" + all + "]}]\n")) {
      String id = relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w1\"}");
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(relay.get("/api/v1/events/" + id).path("deliveries"))
                      .allSatisfy(
                          one -> assertThat(one.path("state").asText()).isNotEqualTo("pending")));

      for (String target : faults.keySet()) {
        JsonNode delivery = relay.delivery(id, target);
        boolean rejected = List.of("s400", "s401", "s404", "moved").contains(target);
        boolean taken = List.of("endless", "slow").contains(target);
        assertThat(delivery.path("state").asText())
            .as(target)
            .isEqualTo(rejected ? "dead" : "delivered");
        assertThat(delivery.path("attempts").asInt())
            .as(target)
            .isEqualTo(rejected || taken ? 1 : 3);
        assertThat(delivery.path("deadReason").asText("")).isEqualTo(rejected ? "rejected" : "");
      }
      assertThat(error(relay.delivery(id, "hangs"))).isEqualTo("timeout");
      assertThat(error(relay.delivery(id, "resets"))).isEqualTo("reset");
      assertThat(error(relay.delivery(id, "garbage"))).isEqualTo("protocol");
      assertThat(error(relay.delivery(id, "nobody"))).isEqualTo("connect");
      assertThat(relay.delivery(id, "nobody").path("attempts").asInt()).isEqualTo(11);
      assertThat(relay.delivery(id, "nobody").path("deadReason").asText()).isEqualTo("exhausted");
    } finally {
      for (SinkServer sink : sinks.values()) {
        sink.close();
      }
    }
  }

  private static String error(JsonNode delivery) {
    return delivery.path("attemptList").get(0).path("error").asText();
  }
}
