package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.Relay;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.junit.Platform;
import io.ghlrelay.conformance.junit.PlatformTest;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.retry.RandomJitter;
import io.ghlrelay.time.SteadyClock;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Example: a system that cannot verify signatures and is often down, behind the relay. */
@PlatformTest
class BehindTheRelayIT {
  @Test
  void thePlatformIsAnsweredAtOnceThoughTheSystemIsDown(Platform platform, @TempDir Path folder)
      throws Exception {
    Files.writeString(folder.resolve("platform.pem"), platform.publicKeyPem());
    try (SinkServer system =
        SinkServer.configure().script(FaultScript.parse("attempt 1-2: status 503")).start()) {
      Path config =
          Files.writeString(
              folder.resolve("relay.yaml"),
              """
              ingress: {listen: "127.0.0.1:0"}
              admin: {listen: "127.0.0.1:0"}
              verification: {keys: [{scheme: ed25519, publicKeyFile: platform.pem}]}
              store: {rocksdb: {path: data}}
              retryPolicies: {quick: {minBackoff: 20ms, jitter: {on: none}}}
              targets: {system: {url: "%s", retry: quick}}
              routes: [{to: [system]}]
              """
                  .formatted(system.url("/events")));
      try (Relay relay =
          Relay.start(
              () -> new ConfigLoader(Map.of(), Map.of()).load(config),
              new SteadyClock(),
              new RandomJitter())) {
        platform.target(
            URI.create("http://127.0.0.1:" + relay.ingressAddress().getPort() + "/webhooks"));
        platform.onAttempts(1, 2).losesTheAnswer();
        Delivery contact = platform.send("ContactCreate");
        platform.runUntilSettled();

        platform.assertThat(contact).deliveredOnAttempt(3).withinSchedule();
        await().until(() -> system.count() == 3);
        assertThat(system.requests())
            .as("once for the system, though the platform came three times")
            .extracting(request -> request.header("Relay-Attempt"))
            .containsExactly("1", "2", "3");
        assertThat(system.requests().get(2).body()).isEqualTo(contact.event().body());
      }
    }
  }
}
