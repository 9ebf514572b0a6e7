package io.ghlrelay.conformance.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.Breaker;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SimulatorTest {
  private static final PayloadRequest CONTACT = PayloadRequest.of("ContactCreate");
  private SinkServer sink;

  @BeforeEach
  void start() throws IOException {
    sink = SinkServer.configure().start();
  }

  @AfterEach
  void stop() throws IOException {
    sink.close();
  }

  private SimulatorConfig config() {
    return Simulator.configure().seed(42).target(sink.url("/hook"));
  }

  private void answers(String script) {
    sink.script(FaultScript.parse(script));
  }

  private static Duration jitter(Delivery delivery) {
    return Objects.requireNonNull(delivery.jitter());
  }

  private static List<Long> millis(Delivery delivery) {
    return delivery.offsets().stream().map(Duration::toMillis).toList();
  }

  private static List<Long> guide(long jitter) {
    return IntStream.of(0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560)
        .mapToObj(s -> s * 1000L + jitter)
        .toList();
  }

  private static void assertExhaustedAsTheGuideSays(Delivery delivery) {
    long jitter = jitter(delivery).toMillis();
    List<Long> expected = new ArrayList<>(guide(jitter));
    expected.set(0, 0L);
    assertThat(jitter).isBetween(1_000L, 10_000L);
    assertThat(millis(delivery)).isEqualTo(expected);
    assertThat(delivery.plan().offsets()).isEqualTo(delivery.offsets());
    assertThat(delivery.state()).isEqualTo(DeliveryState.DEAD);
    assertThat(delivery.reason()).isEqualTo(DeadReason.EXHAUSTED);
  }

  @Test
  void aHandlerThatAlwaysFailsGetsElevenTimesTheSameBytes() {
    answers("*: status 503");
    try (Simulator simulator = config().build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();

      assertExhaustedAsTheGuideSays(delivery);
      assertThat(sink.requests()).hasSize(11);
      for (SinkRequest request : sink.requests()) {
        assertThat(request.body()).isEqualTo(delivery.event().body());
        assertThat(request.header("X-GHL-Signature"))
            .isEqualTo(delivery.event().headers().get("X-GHL-Signature"))
            .hasSize(88);
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
      }
      assertThat(simulator.elapsed()).isEqualTo(jitter(delivery).plusSeconds(2560));
    }
  }

  @Test
  void theSameSeedBringsTheSameBytesAndTheSameTimes() {
    answers("*: status 500");
    try (Simulator one = config().build();
        Simulator same = config().build();
        Simulator other = config().seed(43).build()) {
      List<Delivery> made = List.of(one.send(CONTACT), same.send(CONTACT), other.send(CONTACT));
      List.of(one, same, other).forEach(Simulator::runUntilSettled);

      assertThat(made.get(1).event().body()).isEqualTo(made.get(0).event().body());
      assertThat(made.get(1).offsets()).isEqualTo(made.get(0).offsets());
      assertThat(made.get(2).offsets()).isNotEqualTo(made.get(0).offsets());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ghl-2025, '0 3 13 23 43 83 163 323 643 1283 2563'",
    "ghl-2025/intervals, '0 3 13 33 73 153 313 633 1273 2553 5113'",
  })
  void bothTimelinesOfTheGuide(String profile, String expected) {
    answers("*: status 503");
    Profile given = Profiles.get(profile);
    Duration three = Duration.ofSeconds(3);
    Profile fixed =
        given.with(
            given
                .rules()
                .with(given.rules().minBackoff(), given.rules().maxBackoff(), three, three),
            given.assumed());
    try (Simulator simulator = config().profile(fixed).build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();

      assertThat(delivery.offsets().stream().map(Duration::toSeconds).map(String::valueOf))
          .containsExactly(expected.split(" "));
    }
  }

  @Test
  void aThousandSeedsEachKeepTheScheduleOfTheVectors() throws IOException {
    answers("*: status 503");
    List<Long> vector = vector("offsets, 3 s jitter, always 503: eleven attempts");
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Set<Duration> jitters = new HashSet<>();
    for (long seed = 1; seed <= 1_000; seed++) {
      try (Simulator simulator = config().seed(seed).http(http).build()) {
        Delivery delivery = simulator.send(CONTACT);
        simulator.runUntilSettled();

        assertExhaustedAsTheGuideSays(delivery);
        Duration jitter = jitter(delivery);
        jitters.add(jitter);
        assertThat(millis(delivery).stream().skip(1))
            .as("seed %d", seed)
            .isEqualTo(vector.stream().map(due -> due - 3_000 + jitter.toMillis()).toList());
      }
    }
    assertThat(jitters).hasSizeGreaterThan(900);
    assertThat(sink.count()).isEqualTo(11_000);
  }

  private static List<Long> vector(String name) throws IOException {
    try (InputStream in = Vectors.open(Vectors.SCHEDULE)) {
      for (JsonNode one : new ObjectMapper().readTree(in).path("cases")) {
        if (one.path("name").asText().equals(name)) {
          List<Long> due = new ArrayList<>();
          one.path("expect").forEach(step -> due.add(step.path("dueMs").asLong()));
          return due.subList(0, due.size() - 1); // the last one says why it stops
        }
      }
    }
    throw new AssertionError("no such vector: " + name);
  }

  @Test
  void stopsWhereTheHandlerRecovers() {
    answers("attempt 1: status 503; attempt 2: status 429; attempt 3: status 408");
    try (Simulator simulator = config().build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();

      long jitter = jitter(delivery).toMillis();
      assertThat(millis(delivery)).containsExactly(0L, jitter, jitter + 10_000, jitter + 20_000);
      assertThat(delivery.state()).isEqualTo(DeliveryState.DELIVERED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "status 503, 503, 2",
    "refuse, connect, 2",
    "reset_peer, reset, 2",
    "garbage, protocol, 2",
    "timeout, timeout, 2",
    "status 400, 400, 1",
    "redirect http://x.example/, 302, 1",
    "lose_answer, reset, 2",
    "latency 11s, timeout, 2",
  })
  void everyScriptedFaultIsWhatThePlatformWouldSee(String fault, String outcome, int attempts) {
    try (Simulator simulator = config().script(FaultScript.parse("attempt 1: " + fault)).build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();

      assertThat(delivery.attempts()).hasSize(attempts);
      assertThat(delivery.attempts().get(0).outcome().label()).isEqualTo(outcome);
      assertThat(delivery.attempts().get(0).fault()).isEqualTo(fault);
      boolean reached = fault.startsWith("lose") || fault.startsWith("latency");
      assertThat(sink.count()).isEqualTo((reached ? 1 : 0) + attempts - 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "timeout, timeout",
    "reset_peer, reset",
    "garbage, protocol",
    "endless_body, 200",
    "limit_data 5B, reset",
    "slicer 8B 1ms, 200",
    "latency 2s, timeout",
    "redirect http://127.0.0.1:9/, 302",
  })
  void everyFaultOfTheEndpointIsRecognised(String fault, String outcome) {
    answers("attempt 1: " + fault);
    try (Simulator simulator = config().requestTimeout(Duration.ofMillis(700)).build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.advance(Duration.ZERO);

      assertThat(delivery.attempts()).hasSize(1);
      assertThat(delivery.attempts().get(0).outcome().label()).isEqualTo(outcome);
    }
  }

  @Test
  void nobodyListensOrNobodyIsKnown() {
    try (Simulator simulator =
        config().target(URI.create("http://no-such-host.invalid/")).build()) {
      Delivery unknown = simulator.send(CONTACT);
      simulator.advance(Duration.ZERO);
      assertThat(unknown.attempts().get(0).outcome().label()).isEqualTo("dns");

      simulator.target(URI.create("http://127.0.0.1:1/"));
      Delivery refused = simulator.send(CONTACT);
      simulator.advance(Duration.ZERO);
      assertThat(refused.attempts().get(0).outcome().label()).isEqualTo("connect");

      simulator.target(URI.create("https://127.0.0.1:" + sink.url("/").getPort() + "/"));
      Delivery plain = simulator.send(CONTACT);
      simulator.advance(Duration.ZERO);
      assertThat(plain.attempts().get(0).outcome().label()).isIn("tls", "reset");
    }
  }

  @Test
  void aTimeoutTakesItsTimeOfTheSchedule() {
    Profile intervals = Profiles.get("ghl-2025/intervals");
    try (Simulator simulator =
        config().profile(intervals).script(FaultScript.parse("attempt 1-2: timeout")).build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();

      long jitter = jitter(delivery).toMillis();
      assertThat(millis(delivery)).containsExactly(0L, jitter, jitter + 10_000 + 10_000);
    }
  }

  @Test
  void retryAfterIsAParameter() {
    answers("attempt 1: status 503 retry-after 600");
    Profile honoring =
        Profiles.GHL_2025.with(Profiles.GHL_2025.rules().honoringRetryAfter(true), List.of());
    try (Simulator simulator = config().profile(honoring).build();
        Simulator ignoring = config().seed(7).build()) {
      Delivery pushed = simulator.send(CONTACT);
      Delivery early = ignoring.send(CONTACT);
      simulator.runUntilSettled();
      ignoring.runUntilSettled();

      assertThat(millis(pushed)).containsExactly(0L, 600_000L);
      assertThat(millis(early)).containsExactly(0L, jitter(early).toMillis());
    }
  }

  @Test
  void aResendThatIsTakenCancelsWhatIsPlanned() {
    answers("attempt 1-2: status 503");
    try (Simulator simulator = config().build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.advance(Duration.ZERO);
      simulator.resend(delivery);
      simulator.advance(Duration.ZERO);
      assertThat(delivery.attempts()).hasSize(2);
      assertThat(delivery.state())
          .as("a failed resend changes nothing")
          .isEqualTo(DeliveryState.PENDING);
      simulator.resend(delivery);
      simulator.runUntilSettled();

      assertThat(delivery.attempts()).hasSize(3);
      assertThat(delivery.attempts().get(2).manual()).isTrue();
      assertThat(delivery.state()).isEqualTo(DeliveryState.DELIVERED);
      assertThat(simulator.elapsed())
          .as("what was planned is not waited for")
          .isLessThan(Duration.ofSeconds(11));
    }
  }

  @Test
  void aResendOfADeadEventStartsNoNewSeries() {
    answers("attempt 1: status 400; attempt 2: status 503");
    try (Simulator simulator = config().build()) {
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();
      simulator.resend(delivery);
      simulator.runUntilSettled();

      assertThat(delivery.state()).isEqualTo(DeliveryState.DEAD);
      assertThat(delivery.attempts()).hasSize(2);
      simulator.resend(delivery);
      simulator.runUntilSettled();
      assertThat(delivery.state()).isEqualTo(DeliveryState.DELIVERED);
    }
  }

  @Test
  void aUrlThatFailsTooOftenIsWarnedThenPausedUntilEnabled() {
    answers("request 1-25: status 503");
    Profile strict =
        new Profile(
            "strict",
            Profiles.GHL_CURRENT.rules(),
            "test",
            "2026",
            List.of(),
            new Breaker(Duration.ofDays(3), 20, 0.9, Duration.ofDays(3)));
    try (Simulator simulator = config().profile(strict).build()) {
      simulator.send(CONTACT);
      simulator.send(CONTACT);
      simulator.advance(Duration.ofDays(2));
      assertThat(simulator.health().state()).isEqualTo(Health.State.WARNED);
      simulator.advance(Duration.ofDays(2));
      Delivery late = simulator.send(CONTACT);
      simulator.runUntilSettled();
      // Three days after the warning the window is nearly empty: the warning is lifted.
      assertThat(late.state()).isEqualTo(DeliveryState.DELIVERED);
      assertThat(simulator.health().state()).isEqualTo(Health.State.GOOD);
    }
    answers("*: status 400");
    Profile rejecting =
        new Profile(
            "strict",
            Profiles.GHL_2025.rules(),
            "test",
            "2026",
            List.of(),
            new Breaker(Duration.ofDays(3), 20, 0.9, Duration.ofDays(3)));
    try (Simulator simulator = config().profile(rejecting).build()) {
      for (int hour = 0; hour < 80; hour++) {
        simulator.send(CONTACT);
        simulator.advance(Duration.ofHours(1));
      }
      simulator.advance(Duration.ofHours(20));
      Delivery paused = simulator.send(CONTACT);
      simulator.runUntilSettled();
      assertThat(simulator.health().state()).isEqualTo(Health.State.PAUSED);
      assertThat(paused.reason()).isEqualTo(DeadReason.PAUSED);
      assertThat(paused.attempts()).isEmpty();

      simulator.enable();
      answers("");
      Delivery taken = simulator.send(CONTACT);
      simulator.runUntilSettled();
      assertThat(taken.state()).isEqualTo(DeliveryState.DELIVERED);
    }
  }

  @Test
  void scaledTimeKeepsTheOrderAndThePace() {
    answers("attempt 1-3: status 503");
    try (Simulator simulator = config().runningTime(100).build()) {
      long start = System.nanoTime();
      Delivery delivery = simulator.send(CONTACT);
      simulator.runUntilSettled();
      Duration real = Duration.ofNanos(System.nanoTime() - start);

      assertThat(delivery.attempts()).hasSize(4);
      for (Attempt attempt : delivery.attempts()) {
        assertThat(attempt.sent()).isAfterOrEqualTo(attempt.due());
      }
      // The last retry is due 20 s after the jitter, in a hundredth of the time.
      assertThat(real).isGreaterThan(jitter(delivery).plusSeconds(20).dividedBy(100));
    }
  }

  @Test
  void everyModeOfSigningIsSent() {
    try (Simulator simulator = config().build()) {
      for (SignatureMode mode : SignatureMode.values()) {
        simulator.send(CONTACT, mode, Duration.ZERO);
      }
      simulator.runUntilSettled();

      assertThat(sink.requests().stream().map(r -> r.header("X-GHL-Signature").length()))
          .containsExactly(88, 0, 88, 3, 0, 88);
      assertThat(sink.requests().stream().map(r -> r.header("X-WH-Signature").length()))
          .containsExactly(0, 684, 684, 684, 0, 0);
    }
  }

  @Test
  void aRequestThatCannotBeMadeEndsTheRunWithAReason() {
    try (Simulator simulator = config().headers(Map.of("Connection", "close")).build()) {
      simulator.send(CONTACT);
      assertThatThrownBy(simulator::runUntilSettled)
          .isInstanceOf(IllegalStateException.class)
          .hasStackTraceContaining("restricted header name");
    }
    assertThatThrownBy(() -> config().runningTime(0)).hasMessageContaining("speed: 0.0");
    assertThatThrownBy(() -> config().build().target(URI.create("ftp://x/")))
        .hasMessageContaining("target: ftp://x/");
  }

  @Test
  void theHandlerSeesOneRequestAtATimeInOrder() throws IOException {
    try (SinkServer slow = SinkServer.configure().handler(request -> SinkAnswer.of(200)).start();
        Simulator simulator = config().target(slow.url("/")).build()) {
      List<String> sent =
          IntStream.range(0, 50)
              .mapToObj(i -> simulator.send(CONTACT).event().webhookId())
              .toList();
      simulator.runUntilSettled();

      assertThat(slow.requests().stream().map(SinkRequest::webhookId)).isEqualTo(sent);
      assertThat(slow.connections()).as("one connection is enough").isEqualTo(1);
    }
  }
}
