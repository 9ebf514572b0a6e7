package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a target receives, and how targets stay apart. */
@Timeout(120)
class DeliveryContractIT {
  @TempDir private Path folder;

  @Test
  void aTargetGetsTheSameBytesWithOurHeadersAndNobodyElses() throws Exception {
    try (SinkServer sink =
            SinkServer.configure().script(FaultScript.parse("attempt 1: status 503")).start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/in?x=1")
                    + "\", retry: scaled, headers: {X-Api-Key: k1}}}\nroutes: [{to: [crm]}]\n")) {
      byte[] body =
          "{ \"type\" : \"ContactCreate\",\"name\":\"Zo\\u00eb é\", \"webhookId\":\"w1\" }\n"
              .getBytes(StandardCharsets.UTF_8);
      Map<String, String> headers = new HashMap<>(relay.keys.headers(SignatureMode.BOTH, body));
      headers.put("Content-Type", "application/json; charset=utf-8");
      headers.put("X-Custom", "kept");
      headers.put("Relay-Verified", "forged");
      headers.put("Relay-Attempt", "99");
      headers.put("Webhook-Id", "forged");
      headers.put("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
      headers.put("tracestate", "forged=1");
      headers.put("baggage", "forged=1");
      headers.put("TE", "trailers");
      headers.put("Keep-Alive", "timeout=5");
      String id =
          new com.fasterxml.jackson.databind.ObjectMapper()
              .readTree(relay.post(body, headers).body())
              .path("id")
              .asText();

      await().until(() -> sink.count() == 2);
      for (SinkRequest request : sink.requests()) {
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/in?x=1");
        assertThat(request.body()).isEqualTo(body);
        for (String name :
            List.of(
                Scheme.ED25519.header(), Scheme.RSA_SHA256.header(), "Content-Type", "X-Custom")) {
          assertThat(request.header(name)).as(name).isEqualTo(headers.get(name));
        }
        assertThat(request.headers().get("Relay-Attempt"))
            .containsExactly(String.valueOf(request.attempt()));
        assertThat(request.headers().get("Relay-Verified")).containsExactly("ed25519");
        assertThat(request.headers().get("Relay-Event-Id")).containsExactly(id);
        assertThat(request.headers().get("Webhook-Id")).containsExactly("w1");
        assertThat(request.header("X-Api-Key")).isEqualTo("k1");
        assertThat(request.headers())
            .doesNotContainKeys("TE", "Keep-Alive", "tracestate", "baggage");
        assertThat(request.headers().get("traceparent"))
            .singleElement()
            .asString()
            .matches("00-" + id.replace("-", "") + "-(?!0{16})[0-9a-f]{16}-01");
      }
      assertThat(sink.requests())
          .as("each attempt is a span of its own")
          .extracting(request -> request.header("traceparent"))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aTargetThatHangsDoesNotDelayAnother() throws Exception {
    try (SinkServer hanging =
            SinkServer.configure().script(FaultScript.parse("*: timeout")).start();
        SinkServer good = SinkServer.configure().start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets:\n  hanging: {url: \"%s\", timeout: 30s, concurrency: 2}\n  good: {url: \"%s\"}\n"
                        .formatted(hanging.url("/"), good.url("/"))
                    + "routes: [{to: [hanging, good]}]\n")) {
      for (int i = 0; i < 200; i++) {
        relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w" + i + "\"}");
      }

      await().atMost(Duration.ofSeconds(10)).until(() -> good.count() == 200);
      assertThat(hanging.count()).isEqualTo(2);
    }
  }

  @Test
  void aPausedTargetKeepsItsQueueAndUsesUpNoAttempt() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/")
                    + "\", retry: scaled}}\nroutes: [{to: [crm]}]\n")) {
      relay.call("/api/v1/targets/crm/pause", "");
      String id = relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w1\"}");
      relay.killAndRestart();
      assertThat(relay.get("/api/v1/targets").path("targets").get(0).path("paused").asBoolean())
          .as("after a kill too")
          .isTrue();
      assertThat(sink.count()).isZero();

      relay.call("/api/v1/targets/crm/resume", "");

      await().until(() -> relay.delivery(id, "crm").path("state").asText().equals("delivered"));
      JsonNode attempt = relay.delivery(id, "crm").path("attemptList").get(0);
      assertThat(attempt.path("number").asInt()).isEqualTo(1);
      assertThat(attempt.path("deferral").asText()).isIn("paused", "relayDown");
    }
  }

  @Test
  void aSignedHopIsVerifiedByTheOfficialLibrary() throws Exception {
    String secret = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    Files.writeString(folder.resolve("secret"), secret);
    try (SinkServer sink =
            SinkServer.configure().script(FaultScript.parse("attempt 1: status 503")).start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/")
                    + "\", retry: scaled, sign: {secretFile: secret}}}\nroutes: [{to: [crm]}]\n")) {
      relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w1\"}");

      await().until(() -> sink.count() == 2);
      for (SinkRequest request : sink.requests()) {
        HttpHeaders headers = HttpHeaders.of(request.headers(), (name, value) -> true);
        new Webhook(secret).verify(request.text(), headers); // throws if it is not genuine
        assertThat(request.header("webhook-id")).isEqualTo("w1");
      }
    }
  }

  @Test
  void aStopLetsAnAttemptInFlightEndAndLeavesTheRestPending() throws Exception {
    try (SinkServer sink =
            SinkServer.configure()
                .script(FaultScript.parse("request 1: latency 2s; request 2-: ok"))
                .start();
        PackagedRelay relay =
            new PackagedRelay(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/")
                    + "\", concurrency: 1}}\nroutes: [{to: [crm]}]\n")) {
      String first = relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w1\"}");
      String second = relay.id("{\"type\":\"ContactCreate\",\"webhookId\":\"w2\"}");
      await().until(() -> sink.count() == 1);

      assertThat(relay.stopAndRestart()).as("exit code").isZero();

      await().until(() -> relay.delivery(second, "crm").path("state").asText().equals("delivered"));
      assertThat(relay.delivery(first, "crm").path("state").asText()).isEqualTo("delivered");
      assertThat(relay.delivery(first, "crm").path("attempts").asInt()).isEqualTo(1);
      assertThat(sink.requests()).extracting(SinkRequest::webhookId).containsExactly("w1", "w2");
    }
  }
}
