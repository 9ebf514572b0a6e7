package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.report.TimelineText;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When things break: what is acknowledged arrives, and nothing is stored twice. */
@Timeout(240)
@Tag("once")
class FailureContractIT {
  private static final int EVENTS = 1_500;

  @TempDir private Path folder;

  /**
   * The platform itself brings back what a killed relay did not acknowledge, by its own retry
   * rules: at 20 times its pace, so that the 43 minutes for which it tries leave two for restarts,
   * however busy the machine.
   */
  @Test
  void killsStopsAndAFlakyTargetLoseNothingAndStoreNothingTwice() throws Exception {
    try (SinkServer sink =
            SinkServer.configure()
                .keep(100_000)
                .script(
                    FaultScript.parse(
                        "* 10%: status 503; * 5%: reset_peer; * 5%: lose_answer; * 5%: latency 20ms"))
                .start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/")
                    + "\", retry: scaled, timeout: 2s}}\nroutes: [{to: [crm]}]\n");
        Simulator platform = relay.platform().runningTime(20).concurrency(32).build()) {
      List<Delivery> sent = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        // 7.5 events a second of the platform's time: 150 a second, for ten seconds.
        sent.add(
            platform.send(
                PayloadRequest.of("ContactUpdate").withStyle(BodyStyle.MIXED),
                SignatureMode.ED25519,
                Duration.ofMillis(i * 133L)));
      }
      Thread driver = new Thread(platform::runUntilSettled, "platform");
      driver.start();
      List<Integer> exits = new ArrayList<>();
      for (int at : new int[] {300, 600, 900, 1_200}) {
        assertThat(platform.await(() -> delivered(sent) >= at, Duration.ofSeconds(90)))
            .as("%d acknowledged", at)
            .isTrue();
        if (at == 600) {
          exits.add(relay.stopAndRestart());
        } else {
          relay.killAndRestart();
        }
      }
      driver.join();

      assertThat(sent)
          .filteredOn(delivery -> delivery.state() != DeliveryState.DELIVERED)
          .extracting(TimelineText::of)
          .as("not acknowledged in the end")
          .isEmpty();
      assertThat(exits).as("exit code of SIGTERM under load").containsExactly(0);
      Set<String> ids = sent.stream().map(d -> d.event().webhookId()).collect(Collectors.toSet());
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  relay.get("/api/v1/targets").path("targets").get(0).path("pending").asInt() == 0);
      Set<String> arrived =
          sink.requests().stream().map(SinkRequest::webhookId).collect(Collectors.toSet());
      List<String> stored = stored(relay);
      long attempts = sent.stream().mapToLong(d -> d.attempts().size()).sum();
      System.out.printf(
          "sent %d in %d attempts, acknowledged %d, reached the target %d (in %d requests),"
              + " stored %d, distinct %d%n",
          EVENTS,
          attempts,
          delivered(sent),
          arrived.size(),
          sink.count(),
          stored.size(),
          new HashSet<>(stored).size());
      assertThat(arrived).isEqualTo(ids);
      assertThat(stored).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids);
      assertThat(attempts).as("some were not acknowledged at first").isGreaterThan(EVENTS);
    }
  }

  private static long delivered(List<Delivery> sent) {
    return sent.stream().filter(d -> d.state() == DeliveryState.DELIVERED).count();
  }

  private static List<String> stored(PackagedRelay relay) throws Exception {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = relay.get("/api/v1/events?limit=500" + cursor);
      page.path("events").forEach(event -> ids.add(event.path("webhookId").asText()));
      cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asText();
    } while (!cursor.isEmpty());
    return ids;
  }

  @Test
  void aTargetThatWasDownCatchesUpAndOthersNeverNotice() throws Exception {
    try (SinkServer down = SinkServer.configure().script(FaultScript.parse("*: refuse")).start();
        SinkServer up = SinkServer.configure().start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets:\n  down: {url: \"%s\", retry: scaled}\n  up: {url: \"%s\", retry: scaled}\n"
                        .formatted(down.url("/"), up.url("/"))
                    + "routes: [{to: [down, up]}]\n");
        Simulator platform = relay.platform().concurrency(16).build()) {
      List<Delivery> sent = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        sent.add(platform.send(PayloadRequest.of("ContactCreate")));
      }
      platform.runUntilSettled();
      await().atMost(Duration.ofSeconds(5)).until(() -> up.count() == 300);

      down.script(FaultScript.NONE);

      Set<String> ids =
          sent.stream()
              .map(d -> d.event().webhookId())
              .collect(Collectors.toCollection(TreeSet::new));
      await()
          .atMost(Duration.ofSeconds(40))
          .until(
              () ->
                  relay.get("/api/v1/targets").path("targets").findValues("pending").stream()
                      .allMatch(pending -> pending.asInt() == 0));
      Set<String> taken = new TreeSet<>();
      for (JsonNode event : relay.get("/api/v1/events?limit=500").path("events")) {
        for (JsonNode delivery : event.path("deliveries")) {
          assertThat(delivery.path("state").asText()).isEqualTo("delivered");
        }
        taken.add(event.path("webhookId").asText());
      }
      assertThat(taken).isEqualTo(ids);
    }
  }

  @Test
  void forgedEventsAreRefusedAndGenuineOnesPassBetweenThem() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \"" + sink.url("/") + "\"}}\nroutes: [{to: [crm]}]\n");
        Simulator platform = relay.platform().concurrency(16).build()) {
      List<Delivery> forged = new ArrayList<>();
      List<Delivery> genuine = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        boolean good = i % 4 == 0;
        (good ? genuine : forged)
            .add(
                platform.send(
                    PayloadRequest.of("ContactCreate"),
                    good ? SignatureMode.ED25519 : SignatureMode.FORGED,
                    Duration.ZERO));
      }
      platform.runUntilSettled();

      assertThat(genuine).allSatisfy(d -> assertThat(d.state()).isEqualTo(DeliveryState.DELIVERED));
      assertThat(forged)
          .allSatisfy(d -> assertThat(d.attempts().get(0).outcome().label()).isEqualTo("401"));
      await().until(() -> sink.count() == genuine.size());
      assertThat(stored(relay)).hasSize(genuine.size());
    }
  }
}
