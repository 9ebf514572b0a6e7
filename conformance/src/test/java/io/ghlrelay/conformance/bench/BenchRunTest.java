package io.ghlrelay.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkConfig;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BenchRunTest {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  @TempDir private Path folder;

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static BenchRun run(URI to, double rate, int sinkPort) {
    return new BenchRun(
        "test",
        to,
        Scheme.ED25519,
        300,
        50,
        Duration.ofSeconds(20),
        8,
        rate,
        2_048,
        "127.0.0.1",
        sinkPort,
        ProcessHandle.current().pid(),
        3);
  }

  private BenchRun.Outcome measure(BenchRun run, @Nullable Path pool) throws IOException {
    return run.measure(SigningKeys.shared(), 1, pool, message -> {});
  }

  private SinkConfig forwarding(int port) {
    // Every other one as a plain proxy would: without the relay's header.
    return SinkServer.configure()
        .handler(request -> forward(request, port, request.number() % 2 == 0));
  }

  private SinkAnswer forward(SinkRequest request, int port, boolean named) {
    try {
      int status =
          http.send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                      .header(
                          named ? "Webhook-Id" : "X-Other",
                          Objects.requireNonNull(request.webhookId()))
                      .POST(HttpRequest.BodyPublishers.ofByteArray(request.body()))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      return SinkAnswer.of(status);
    } catch (IOException | InterruptedException e) {
      return SinkAnswer.of(502);
    }
  }

  @Test
  void countsWhatIsSentAcknowledgedAndDelivered() throws Exception {
    int port = freePort();
    try (SinkServer relay = forwarding(port).start()) {
      BenchRun.Outcome outcome = measure(run(relay.url("/hook"), 0, port), null);
      JsonNode json = new ObjectMapper().readTree(outcome.json().toString());

      assertThat(outcome.whole()).as(outcome.text()).isTrue();
      assertThat(json.path("sent").asInt()).isEqualTo(300);
      assertThat(json.path("acknowledged").asInt()).isEqualTo(300);
      assertThat(json.path("delivered").asInt()).isEqualTo(300);
      assertThat(json.path("repeated").asInt()).isZero();
      assertThat(json.path("acknowledgementMs").path("p99").asDouble()).isPositive();
      assertThat(outcome.text()).contains("300, acknowledged 300, refused 0, delivered 300");
      Set<String> ids = new HashSet<>();
      for (SinkRequest request : relay.requests()) {
        ids.add(String.valueOf(request.webhookId()));
        assertThat(request.body()).hasSize(2_048);
        assertThat(request.header("X-GHL-Signature"))
            .isEqualTo(SigningKeys.shared().sign(Scheme.ED25519, request.body()));
      }
      assertThat(ids).as("all distinct").hasSize(350);
      assertThat(relay.connections()).as("warm-up and measurement").isEqualTo(16);
    }
  }

  @Test
  void whatIsLostOrRefusedIsSeen() throws Exception {
    int port = freePort();
    try (SinkServer relay =
        forwarding(port)
            .script(FaultScript.parse("request 100: status 503; request 200-209: status 429"))
            .start()) {
      BenchRun.Outcome outcome = measure(run(relay.url("/hook"), 0, port), null);
      JsonNode json = new ObjectMapper().readTree(outcome.json().toString());

      assertThat(outcome.whole()).isFalse();
      assertThat(json.path("refused").asInt()).isEqualTo(11);
      assertThat(json.path("delivered").asInt()).isEqualTo(289);
    }
  }

  @Test
  void anOpenLoopCountsFromWhenAnEventWasDue() throws Exception {
    try (SinkServer relay =
        SinkServer.configure()
            .script(FaultScript.parse("request 100-107: latency 400ms"))
            .start()) {
      BenchRun.Outcome outcome = measure(run(relay.url("/hook"), 500, -1), null);
      JsonNode json = new ObjectMapper().readTree(outcome.json().toString());

      assertThat(outcome.whole()).isTrue();
      // All eight connections stall for 400 ms: of 300 events at 500 a second, some 200 wait.
      assertThat(json.path("acknowledgementMs").path("max").asDouble()).isGreaterThan(390);
      assertThat(json.path("acknowledgementMs").path("p50").asDouble())
          .as("those that were due meanwhile count too")
          .isGreaterThan(20);
      assertThat(json.path("acknowledgedPerSecond").asDouble()).isLessThan(600);
    }
  }

  private static Set<String> texts(SinkServer server) {
    return server.requests().stream().map(SinkRequest::text).collect(Collectors.toSet());
  }

  @Test
  void aPoolIsKeptAndNotTakenForAnother() throws Exception {
    Path pool = folder.resolve("events.pool");
    try (SinkServer relay = SinkServer.configure().start()) {
      BenchRun run = run(relay.url("/"), 0, -1);
      measure(run, pool);
      Set<String> first = texts(relay);
      relay.clear();
      measure(run, pool);
      assertThat(texts(relay)).hasSize(350).isEqualTo(first);

      BenchRun other =
          new BenchRun(
              "test",
              run.to(),
              Scheme.RSA_SHA256,
              1,
              0,
              Duration.ofSeconds(1),
              1,
              0,
              400,
              "",
              -1,
              0,
              0);
      assertThatThrownBy(() -> measure(other, pool))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "350 events of 2048 bytes with ed25519 (expected: at least 1 of 400 with");
      Files.writeString(pool, "something else");
      assertThatThrownBy(() -> measure(run, pool)).hasMessageContaining("not a pool of events");
    }
    assertThatThrownBy(() -> measure(run(URI.create("http://127.0.0.1:1/"), 0, -1), null))
        .isInstanceOf(IOException.class);
  }
}
