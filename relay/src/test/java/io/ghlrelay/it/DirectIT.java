package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.simulator.Attempt;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Direct routes through a whole relay: the platform gets the target's status, the store nothing.
 */
@Timeout(120)
class DirectIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private static String direct(SinkServer sink, String options) {
    return "targets: {crm: {url: \""
        + sink.url("/in")
        + "\""
        + options
        + "}}\nroutes: [{to: [crm], direct: true}]\n";
  }

  private static SinkServer sink(String script) throws IOException {
    return SinkServer.configure().script(FaultScript.parse(script)).start();
  }

  /** A target that answers nothing before the latch is open. */
  private static SinkServer held(CountDownLatch latch) throws IOException {
    return SinkServer.configure().handler(afterOpening(latch)).start();
  }

  private static Function<SinkRequest, SinkAnswer> afterOpening(CountDownLatch latch) {
    return request -> {
      try {
        return SinkAnswer.of(latch.await(60, TimeUnit.SECONDS) ? 200 : 500);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return SinkAnswer.of(500);
      }
    };
  }

  private static HttpResponse<String> post(RelayFixture relay, String webhookId) throws Exception {
    return relay.platform.post(relay.webhooks(), Platform.body(webhookId, "ContactCreate", "loc1"));
  }

  private static Future<HttpResponse<String>> postLater(
      ExecutorService threads, RelayFixture relay, String webhookId) {
    return threads.submit(() -> post(relay, webhookId));
  }

  private static void assertNothingStored(RelayFixture relay) throws Exception {
    assertThat(relay.get("/api/v1/events").path("events")).isEmpty();
    assertThat(relay.relay.store().stats().targets()).isEmpty();
    assertThat(relay.relay.store().stats().unrouted()).isZero();
  }

  private static double metric(RelayFixture relay, String series) throws Exception {
    String text = relay.send(HttpRequest.newBuilder(relay.admin("/metrics"))).body();
    Matcher line =
        Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE).matcher(text);
    return line.find() ? Double.parseDouble(line.group(1)) : -1;
  }

  @Test
  void thePlatformTriesAgainByItsRulesAndTheRelayKeepsNothing() throws Exception {
    try (SinkServer sink = sink("attempt 1-2: status 503");
        RelayFixture relay = new RelayFixture(folder, direct(sink, ""));
        Simulator platform =
            Simulator.configure().keys(relay.platform.keys()).target(relay.webhooks()).build()) {
      Delivery contact = platform.send(PayloadRequest.of("ContactCreate"));
      platform.runUntilSettled();

      assertThat(contact.state()).isEqualTo(DeliveryState.DELIVERED);
      assertThat(contact.attempts())
          .extracting(attempt -> attempt.outcome().label())
          .containsExactly("503", "503", "200");
      List<SinkRequest> got = sink.requests();
      assertThat(got).hasSize(3);
      for (SinkRequest request : got) {
        assertThat(request.body()).isEqualTo(contact.event().body());
        assertThat(request.header("Relay-Attempt")).isEqualTo("1");
        assertThat(request.header("Relay-Verified")).isEqualTo("ed25519");
        assertThat(request.header("Webhook-Id")).isEqualTo(contact.event().webhookId());
        assertThat(request.header("Relay-Event-Id"))
            .as("whenever the platform sends it")
            .isEqualTo(got.get(0).header("Relay-Event-Id"));
      }
      Attempt last = contact.attempts().get(2);
      assertThat(last.answer())
          .isEqualTo("{\"success\":true,\"id\":\"" + got.get(0).header("Relay-Event-Id") + "\"}");
      assertThat(got).extracting(one -> one.header("traceparent")).doesNotHaveDuplicates();
      assertThat(got)
          .extracting(one -> one.header("traceparent").split("-", -1)[1])
          .containsOnly(got.get(0).header("Relay-Event-Id").replace("-", ""));
      assertNothingStored(relay);
      assertThat(metric(relay, "relay_direct_events_total{result=\"5xx\",target=\"crm\"}"))
          .isEqualTo(2);
      assertThat(metric(relay, "relay_direct_events_total{result=\"2xx\",target=\"crm\"}"))
          .isEqualTo(1);
      assertThat(metric(relay, "relay_events_received_total{outcome=\"direct\"}")).isEqualTo(1);
      assertThat(metric(relay, "relay_events_received_total{outcome=\"direct_failed\"}"))
          .isEqualTo(2);

      sink.script(FaultScript.parse("*: status 400"));
      Delivery rejected = platform.send(PayloadRequest.of("ContactCreate"));
      platform.runUntilSettled();
      assertThat(rejected.attempts()).hasSize(1);
      assertThat(rejected.reason()).isEqualTo(DeadReason.REJECTED);
    }
  }

  @Test
  void onlyTheStatusOfTheTargetGoesOut() throws Exception {
    Map<String, String> telling = Map.of("X-Inside", "secret", "Retry-After", "7");
    try (SinkServer sink =
            SinkServer.configure()
                .handler(
                    request ->
                        new SinkAnswer(
                            Integer.parseInt(String.valueOf(request.webhookId())),
                            telling,
                            "inside".getBytes(StandardCharsets.UTF_8)))
                .start();
        RelayFixture relay = new RelayFixture(folder, direct(sink, ""))) {
      for (int status : new int[] {200, 201, 202, 400, 401, 404, 408, 409, 429, 500, 503, 599}) {
        HttpResponse<String> answer = post(relay, Integer.toString(status));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Inside")).isEmpty();
        assertThat(answer.body()).doesNotContain("inside");
        assertThat(answer.headers().firstValue("Retry-After").isPresent())
            .as("Retry-After of %s", status)
            .isEqualTo(status >= 400);
        assertThat(answer.headers().firstValue("Content-Type"))
            .contains(status < 300 ? "application/json" : "application/problem+json");
      }
      assertThat(post(relay, "429").headers().firstValue("Retry-After")).contains("7");
      HttpResponse<String> redirect = post(relay, "307");
      assertThat(redirect.statusCode()).isEqualTo(502);
      assertThat(redirect.headers().firstValue("Location")).isEmpty();
      assertNothingStored(relay);
    }
  }

  @Test
  void anAnswerWithoutABodyStaysOne() throws Exception {
    try (SinkServer sink =
            SinkServer.configure()
                .handler(request -> new SinkAnswer(204, Map.of(), new byte[0]))
                .start();
        RelayFixture relay = new RelayFixture(folder, direct(sink, ""))) {
      for (int i = 0; i < 3; i++) { // on one connection, so that a stray byte would be seen
        HttpResponse<String> answer = post(relay, "w" + i);
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
      }
    }
  }

  @Test
  void aTargetThatGivesNoAnswerIs503OrWhenItsTimeIsUp504() throws Exception {
    try (SinkServer sink = sink("*: timeout");
        RelayFixture relay = new RelayFixture(folder, direct(sink, ", timeout: 300ms"))) {
      assertThat(post(relay, "w1").statusCode()).isEqualTo(504);
      for (String fault : new String[] {"reset_peer", "garbage", "refuse"}) {
        sink.script(FaultScript.parse("*: " + fault));
        assertThat(post(relay, fault).statusCode()).as(fault).isEqualTo(503);
      }
      sink.script(FaultScript.NONE);
      assertThat(post(relay, "w2").statusCode()).isEqualTo(200);
      relay.configure(
          "targets: {crm: {url: \"http://127.0.0.1:9/\"}}\nroutes: [{to: [crm], direct: true}]\n");
      relay.relay.reload();
      assertThat(post(relay, "w3").statusCode()).as("nobody listens").isEqualTo(503);
      JsonNode target = relay.get("/api/v1/targets").path("targets").get(0);
      assertThat(target.path("lastFailure").path("error").asText())
          .as("the console knows of it")
          .isEqualTo("connect");
      assertNothingStored(relay);
    }
  }

  @Test
  void aForgedEventNeverReachesTheTarget() throws Exception {
    try (SinkServer sink = sink("");
        RelayFixture relay = new RelayFixture(folder, direct(sink, ""))) {
      byte[] body = Platform.body("w1", "ContactCreate", "loc1").getBytes(StandardCharsets.UTF_8);
      assertThat(
              relay
                  .platform
                  .post(relay.webhooks(), body, relay.platform.sign(new byte[1]))
                  .statusCode())
          .isEqualTo(401);
      assertThat(sink.count()).isZero();
      assertThat(post(relay, "w1").statusCode()).isEqualTo(200);
      assertThat(sink.count()).isEqualTo(1);
    }
  }

  @Test
  void thePlatformsDuplicateIsTheTargetsBusiness() throws Exception {
    try (SinkServer sink = sink("");
        RelayFixture relay = new RelayFixture(folder, direct(sink, ""))) {
      String first = post(relay, "w1").body();
      assertThat(post(relay, "w1").body()).isEqualTo(first);
      assertThat(sink.count()).isEqualTo(2);
      // Without a webhook id, or with one that cannot be signed, the event's own id stands for it.
      relay.platform.post(relay.webhooks(), "[1]");
      relay.platform.post(relay.webhooks(), "[1]");
      assertThat(sink.requests().get(3).header("Webhook-Id"))
          .isEqualTo(sink.requests().get(2).header("Webhook-Id"))
          .isEqualTo(sink.requests().get(3).header("Relay-Event-Id"));
    }
  }

  @Test
  void whatWouldBeDeferredIsAnswered429() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (SinkServer sink = held(latch);
        RelayFixture relay = new RelayFixture(folder, direct(sink, ", concurrency: 2"))) {
      relay.postJson("/api/v1/targets/crm/pause", "");
      HttpResponse<String> paused = post(relay, "w0");
      assertThat(paused.statusCode()).isEqualTo(429);
      assertThat(paused.headers().firstValue("Retry-After")).contains("60");
      assertThat(paused.body()).contains("paused");
      assertThat(sink.count()).isZero();
      relay.postJson("/api/v1/targets/crm/resume", "");

      Future<HttpResponse<String>> first = postLater(threads, relay, "w1");
      Future<HttpResponse<String>> second = postLater(threads, relay, "w2");
      await().atMost(PATIENCE).until(() -> sink.count() == 2);
      HttpResponse<String> third = post(relay, "w3");
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).contains("1");
      latch.countDown();
      assertThat(first.get().statusCode()).isEqualTo(200);
      assertThat(second.get().statusCode()).isEqualTo(200);
      await().atMost(PATIENCE).until(() -> post(relay, "w4").statusCode() == 200);
      assertThat(metric(relay, "relay_direct_events_total{result=\"concurrency\",target=\"crm\"}"))
          .isGreaterThanOrEqualTo(1);
      assertThat(metric(relay, "relay_direct_events_total{result=\"paused\",target=\"crm\"}"))
          .isEqualTo(1);

      relay.configure(direct(sink, ", rateLimit: 0.01"));
      relay.relay.reload();
      assertThat(post(relay, "w5").statusCode()).isEqualTo(200);
      HttpResponse<String> tooFast = post(relay, "w6");
      assertThat(tooFast.statusCode()).isEqualTo(429);
      assertThat(Integer.parseInt(tooFast.headers().firstValue("Retry-After").orElse("")))
          .isBetween(50, 100);
      assertNothingStored(relay);
    } finally {
      latch.countDown();
      threads.shutdownNow();
    }
  }

  @Test
  void aSenderThatGoesAwayTakesNoSlotWithIt() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    try (SinkServer sink = held(latch);
        RelayFixture relay = new RelayFixture(folder, direct(sink, ", concurrency: 1"))) {
      try (Socket socket = connect(relay)) {
        socket.getOutputStream().write(request(relay, "w1", "ContactCreate"));
        await().atMost(PATIENCE).until(() -> sink.count() == 1);
      }
      assertThat(post(relay, "w2").statusCode()).as("the attempt goes on").isEqualTo(429);
      latch.countDown();
      await().atMost(PATIENCE).until(() -> post(relay, "w2").statusCode() == 200);
      assertThat(metric(relay, "relay_direct_events_total{result=\"2xx\",target=\"crm\"}"))
          .isEqualTo(2);
    }
  }

  private static Socket connect(RelayFixture relay) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), relay.relay.ingressAddress().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static byte[] request(RelayFixture relay, String webhookId, String type) {
    String body = Platform.body(webhookId, type, "loc1");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return ("POST /webhooks HTTP/1.1\r\nHost: relay\r\nContent-Length: "
            + bytes.length
            + "\r\nX-GHL-Signature: "
            + relay.platform.sign(bytes)
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The fixture's request timeout is one second: it is of receiving, not of waiting. */
  @Test
  void pipelinedAnswersKeepTheirOrderHoweverLongTheTargetTakes() throws Exception {
    try (SinkServer sink = sink("*: latency 1500ms, status 202");
        RelayFixture relay =
            new RelayFixture(
                folder,
                "targets: {crm: {url: \""
                    + sink.url("/in")
                    + "\"}}\nroutes: [{types: [Direct], to: [crm], direct: true}]\n");
        Socket socket = connect(relay)) {
      socket.getOutputStream().write(request(relay, "w1", "Direct"));
      socket.getOutputStream().write(request(relay, "w2", "Stored"));
      String got = "";
      InputStream in = socket.getInputStream();
      byte[] chunk = new byte[4096];
      while (got.split("HTTP/1.1 ", -1).length < 3 || !got.endsWith("}")) {
        int read = in.read(chunk);
        assertThat(read).as(got).isPositive();
        got += new String(chunk, 0, read, StandardCharsets.UTF_8);
      }
      assertThat(got.indexOf("HTTP/1.1 202")).isZero();
      assertThat(got.indexOf("HTTP/1.1 200")).isPositive();
      assertThat(relay.get("/api/v1/events").path("events")).hasSize(1);
    }
  }

  @Test
  void whatIsUnderWayIsAnsweredBeforeTheRelayStops() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (SinkServer sink = held(latch)) {
      RelayFixture relay = new RelayFixture(folder, direct(sink, ""));
      CompletableFuture<Void> stopped = null;
      try {
        Future<HttpResponse<String>> answer = postLater(threads, relay, "w1");
        await().atMost(PATIENCE).until(() -> sink.count() == 1);
        stopped = CompletableFuture.runAsync(relay::close, threads);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    relay.send(HttpRequest.newBuilder(relay.admin("/readyz"))).statusCode() == 503);
        assertThat(stopped).isNotDone();
        latch.countDown();
        assertThat(answer.get().statusCode()).isEqualTo(200);
      } finally {
        latch.countDown();
        if (stopped == null) {
          relay.close();
        } else {
          stopped.get(30, TimeUnit.SECONDS);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aReloadTurnsARouteDirectAndBackAndTheUnroutedCanBeReplayedToIt() throws Exception {
    try (SinkServer sink = sink("")) {
      String none = "targets: {crm: {url: \"" + sink.url("/in") + "\"}}\n";
      String stored = none + "routes: [{to: [crm]}]\n";
      try (RelayFixture relay = new RelayFixture(folder, none)) {
        String unrouted = relay.post("w0", "ContactCreate", "loc1");
        relay.configure(direct(sink, ""));
        relay.relay.reload();
        assertThat(post(relay, "w1").statusCode()).isEqualTo(200);
        assertThat(sink.count()).as("before the answer").isEqualTo(1);
        assertThat(relay.get("/api/v1/events").path("events")).hasSize(1);
        JsonNode routing = relay.get("/api/v1/events/" + unrouted).path("routing").get(0);
        assertThat(routing.path("direct").asBoolean()).isTrue();
        assertThat(routing.path("matched").asBoolean()).isTrue();

        relay.postJson("/api/v1/replays", "{\"state\":\"unrouted\"}");
        await()
            .atMost(PATIENCE)
            .until(() -> relay.delivery(unrouted, 0).path("state").asText().equals("delivered"));
        assertThat(sink.count()).isEqualTo(2);

        relay.configure(stored);
        relay.relay.reload();
        String id = relay.post("w1", "ContactCreate", "loc1");
        await()
            .atMost(PATIENCE)
            .until(() -> relay.delivery(id, 0).path("state").asText().equals("delivered"));
        assertThat(relay.get("/api/v1/events").path("events")).hasSize(2);
      }
    }
  }

  @Test
  void manyAtOnceAllGetTheirAnswer() throws Exception {
    int count = 1000;
    try (SinkServer sink = sink("* 10%: status 503");
        RelayFixture relay = new RelayFixture(folder, direct(sink, ", concurrency: 64"));
        Simulator platform =
            Simulator.configure()
                .keys(relay.platform.keys())
                .target(relay.webhooks())
                .concurrency(32)
                .build()) {
      for (int i = 0; i < count; i++) {
        platform.send(PayloadRequest.of("ContactCreate"));
      }
      long began = System.nanoTime();
      platform.runUntilSettled();
      double seconds = (System.nanoTime() - began) / 1e9;

      assertThat(platform.deliveries())
          .allMatch(delivery -> delivery.state() == DeliveryState.DELIVERED);
      long attempts =
          platform.deliveries().stream().mapToLong(delivery -> delivery.attempts().size()).sum();
      assertThat(sink.count()).as("one request for each of the platform's").isEqualTo(attempts);
      assertThat(attempts).isGreaterThan(count);
      System.out.printf(
          "%d events in %d requests, direct, 32 at a time: %.0f requests/s%n",
          count, attempts, attempts / seconds);
      assertNothingStored(relay);
    }
  }
}
