package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.conformance.payload.EventCatalogue;
import io.ghlrelay.conformance.payload.EventType;
import io.ghlrelay.conformance.payload.EventType.LocationAt;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which target gets which event. */
@Timeout(120)
class RoutingContractIT {
  @TempDir private Path folder;
  private SinkServer sink;

  @BeforeEach
  void start() throws IOException {
    sink = SinkServer.configure().start();
  }

  @AfterEach
  void stop() throws IOException {
    sink.close();
  }

  private String target(String name) {
    return name + ": {url: \"" + sink.url("/" + name) + "\", retry: scaled}";
  }

  private List<String> got(String target) {
    return sink.requests().stream()
        .filter(one -> one.path().equals("/" + target))
        .map(one -> one.header("Webhook-Id"))
        .sorted()
        .toList();
  }

  @Test
  void everyTypeIsRoutedByItsLocationFlatAndWrapped() throws Exception {
    String settings =
        "targets: {"
            + target("north")
            + ", "
            + target("rest")
            + "}\nroutes:\n"
            + "  - {locations: [ve9EPM428h8vShlRW1KT], to: [north], stop: true}\n"
            + "  - {to: [rest]}\n";
    try (PackagedRelay relay = new PackagedRelay(folder, settings);
        Simulator platform = relay.platform().concurrency(8).build()) {
      int located = 0;
      for (EventType type : EventCatalogue.all()) {
        for (boolean wrapped : new boolean[] {false, true}) {
          PayloadRequest request = PayloadRequest.of(type.name()).withWrapped(wrapped);
          platform.send(request.withLocationId("ve9EPM428h8vShlRW1KT"));
          platform.send(request.withLocationId("another0000000000000"));
          located += type.locationAt() == LocationAt.NONE ? 0 : 1;
        }
      }
      platform.runUntilSettled();

      int all = EventCatalogue.all().size() * 4;
      await().until(() -> sink.count() == all);
      assertThat(got("north")).hasSize(located).doesNotHaveDuplicates();
      assertThat(got("rest")).hasSize(all - located).doesNotHaveDuplicates();
    }
  }

  @Test
  void routesFanOutStopAndMatchPatterns() throws Exception {
    String settings =
        "targets: {"
            + String.join(", ", List.of(target("a"), target("b"), target("c")))
            + "}\nroutes:\n"
            + "  - {types: [\"Contact*\"], to: [a, b]}\n"
            + "  - {locations: [\"loc*\"], types: [ContactCreate], to: [b], stop: true}\n"
            + "  - {to: [c]}\n";
    try (PackagedRelay relay = new PackagedRelay(folder, settings)) {
      relay.id("{\"type\":\"ContactCreate\",\"locationId\":\"loc1\",\"webhookId\":\"w1\"}");
      relay.id("{\"type\":\"ContactUpdate\",\"locationId\":\"loc1\",\"webhookId\":\"w2\"}");
      relay.id("{\"type\":\"NoteCreate\",\"locationId\":\"x\",\"webhookId\":\"w3\"}");

      await().until(() -> sink.count() == 6);
      assertThat(got("a")).containsExactly("w1", "w2");
      assertThat(got("b")).as("once, however many routes name it").containsExactly("w1", "w2");
      assertThat(got("c")).containsExactly("w2", "w3");
    }
  }

  @Test
  void anAgencyGetsTheEventsOfItsLocationsLearntFromInstallsEvenAfterAKill() throws Exception {
    String settings =
        "targets: {" + target("agency") + "}\nroutes: [{companies: [comp1], to: [agency]}]\n";
    try (PackagedRelay relay = new PackagedRelay(folder, settings);
        Simulator platform = relay.platform().build()) {
      platform.send(
          PayloadRequest.of("ContactCreate").withLocationId("loc1").withWebhookId("early"));
      platform.send(
          PayloadRequest.of("INSTALL")
              .withLocationId("loc1")
              .withCompanyId("comp1")
              .withWebhookId("install"));
      platform.runUntilSettled();
      relay.killAndRestart();
      platform.send(
          PayloadRequest.of("ContactCreate").withLocationId("loc1").withWebhookId("late"));
      platform.send(
          PayloadRequest.of("ContactCreate").withLocationId("loc2").withWebhookId("other"));
      platform.runUntilSettled();

      await().until(() -> got("agency").equals(List.of("install", "late")));
      assertThat(relay.get("/api/v1/events?state=unrouted").path("events")).hasSize(2);
      assertThat(sink.requests()).extracting(SinkRequest::method).containsOnly("POST");
    }
  }
}
