package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.ManualClock;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Authentication towards targets, through the whole relay to real listeners. */
class TargetAuthIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @BeforeEach
  void writeSecrets() throws Exception {
    Files.writeString(folder.resolve("client-secret"), "s3cret/+~\n");
    Files.writeString(folder.resolve("password"), "p4ssword\n");
  }

  private static String to(SinkServer sink, String auth) {
    return "targets: {crm: {url: \"%s\", auth: {%s}}}\nroutes: [{to: [crm]}]\n"
        .formatted(sink.url("/in"), auth);
  }

  private static String oauth2(TokenEndpoint endpoint, String more) {
    return "oauth2: {tokenUrl: \"%s\", clientId: re:lay, clientSecretFile: client-secret%s}"
        .formatted(endpoint.url(), more);
  }

  private static void awaitState(RelayFixture relay, String id, String state) {
    await()
        .atMost(PATIENCE)
        .until(() -> relay.delivery(id, 0).path("state").asText().equals(state));
  }

  private static String metrics(RelayFixture relay) throws Exception {
    return relay.send(HttpRequest.newBuilder(relay.admin("/metrics"))).body();
  }

  @Test
  void oneTokenServesEveryAttemptAndIsSeenNowhereElse() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);
    try (SinkServer sink = SinkServer.configure().start();
        TokenEndpoint endpoint = new TokenEndpoint();
        RelayFixture relay =
            new RelayFixture(
                folder, to(sink, oauth2(endpoint, ", scope: \"a b\", audience: crm")))) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        ids.add(relay.post("w" + i, "ContactCreate", "loc1"));
      }
      await().atMost(PATIENCE).until(() -> sink.count() == 50);

      assertThat(sink.requests())
          .extracting(request -> request.header("Authorization"))
          .containsOnly("Bearer t0k3n-1");
      // By "printf 're%%3Alay:s3cret%%2F%%2B%%7E' | base64": encoded, then joined.
      assertThat(endpoint.asked)
          .containsExactly(
              new TokenEndpoint.Asked(
                  "Basic cmUlM0FsYXk6czNjcmV0JTJGJTJCJTdF",
                  "application/x-www-form-urlencoded",
                  "grant_type=client_credentials&scope=a+b&audience=crm"));
      String last = ids.get(49);
      awaitState(relay, last, "delivered");
      assertThat(metrics(relay))
          .contains("relay_target_token_fetches_total{result=\"ok\",target=\"crm\"} 1.0")
          .contains("relay_target_token_fetches_total{result=\"refused\",target=\"crm\"} 0.0");
      List<String> outputs = new ArrayList<>();
      outputs.add(metrics(relay));
      for (String path : List.of("config", "targets", "events", "events/" + last)) {
        outputs.add(relay.get("/api/v1/" + path).toString());
      }
      log.list.forEach(event -> outputs.add(event.getFormattedMessage()));
      assertThat(outputs)
          .noneMatch(
              text -> text.contains("t0k3n") || text.contains("s3cret") || text.contains("cmUl"));
      assertThat(outputs.get(1)).contains(endpoint.url()).contains("re:lay");
    } finally {
      root.detachAppender(log);
    }
  }

  @Test
  void withoutATokenTheTargetIsNotAskedAndNoAttemptIsUsedUp() throws Exception {
    try (SinkServer elsewhere = SinkServer.configure().start();
        SinkServer sink = SinkServer.configure().start();
        TokenEndpoint endpoint = new TokenEndpoint()) {
      endpoint.status = 307;
      endpoint.location = elsewhere.url("/token").toString();
      try (RelayFixture relay =
          new RelayFixture(folder, to(sink, oauth2(endpoint, ", authenticate: body")))) {
        String id = relay.post("w1", "ContactCreate", "loc1");
        await().atMost(PATIENCE).until(() -> endpoint.asked.size() >= 2);
        assertThat(relay.delivery(id, 0).path("state").asText()).isEqualTo("pending");
        assertThat(relay.delivery(id, 0).path("attemptList")).isEmpty();
        assertThat(sink.count()).isZero();

        endpoint.location = "";
        endpoint.status = 200;
        awaitState(relay, id, "delivered");
        JsonNode attempts = relay.delivery(id, 0).path("attemptList");
        assertThat(attempts).hasSize(1);
        assertThat(attempts.get(0).path("number").asInt()).isEqualTo(1);
        assertThat(attempts.get(0).path("deferral").asText()).isEqualTo("token");
        assertThat(elsewhere.count()).as("redirects are not followed").isZero();
        assertThat(endpoint.asked.get(0).authorization()).isEmpty();
        assertThat(endpoint.asked.get(0).form())
            .isEqualTo(
                "grant_type=client_credentials&client_id=re%3Alay"
                    + "&client_secret=s3cret%2F%2B%7E");
      }
    }
  }

  @Test
  void anAnswerWithoutEndIsNoToken() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        TokenEndpoint endpoint = new TokenEndpoint()) {
      endpoint.padding = 4 << 20;
      try (RelayFixture relay = new RelayFixture(folder, to(sink, oauth2(endpoint, "")))) {
        String id = relay.post("w1", "ContactCreate", "loc1");
        await().atMost(PATIENCE).until(() -> endpoint.asked.size() >= 2);
        assertThat(metrics(relay))
            .containsPattern("fetches_total\\{result=\"invalid\",target=\"crm\"} [1-9]")
            .contains("fetches_total{result=\"ok\",target=\"crm\"} 0.0");
        assertThat(sink.count()).isZero();

        endpoint.padding = 60_000; // within the limit
        awaitState(relay, id, "delivered");
      }
    }
  }

  @Test
  void aTokenThatWasRevokedCostsNoAttempt() throws Exception {
    ManualClock clock = new ManualClock();
    try (SinkServer sink =
            SinkServer.configure()
                .handler(request -> SinkAnswer.of(request.number() == 2 ? 401 : 200))
                .start();
        TokenEndpoint endpoint = new TokenEndpoint();
        RelayFixture relay =
            new RelayFixture(
                folder,
                to(sink, oauth2(endpoint, "")),
                clock,
                (min, max) -> Duration.ofSeconds(3))) {
      awaitState(relay, relay.post("w1", "ContactCreate", "loc1"), "delivered");
      clock.advance(Duration.ofMinutes(5));
      String id = relay.post("w2", "ContactCreate", "loc1");
      awaitState(relay, id, "delivered");

      assertThat(sink.requests())
          .extracting(request -> request.header("Authorization"))
          .containsExactly("Bearer t0k3n-1", "Bearer t0k3n-1", "Bearer t0k3n-2");
      assertThat(sink.requests())
          .extracting(request -> request.header("Relay-Attempt"))
          .containsOnly("1");
      assertThat(relay.delivery(id, 0).path("attemptList")).hasSize(1);
    }
  }

  @Test
  void theRuleOnAddressesHoldsForTheTokenEndpoint() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        RelayFixture relay =
            new RelayFixture(
                folder,
                to(
                    sink,
                    "oauth2: {tokenUrl: \"http://169.254.169.254/token\", clientId: a,"
                        + " clientSecretFile: client-secret}"))) {
      String id = relay.post("w1", "ContactCreate", "loc1");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  metrics(relay)
                      .contains(
                          "relay_target_token_fetches_total{result=\"unreachable\","
                              + "target=\"crm\"} 1.0"));
      assertThat(relay.delivery(id, 0).path("attemptList")).isEmpty();
      assertThat(sink.count()).isZero();
    }
  }

  @Test
  void basicCredentialsReplaceWhatCameInAndChangeWithAReload() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        RelayFixture relay =
            new RelayFixture(folder, to(sink, "basic: {user: ann, passwordFile: password}"))) {
      relay.post("w1", "ContactCreate", "loc1");
      await().atMost(PATIENCE).until(() -> sink.count() == 1);
      Files.writeString(folder.resolve("password"), "another\n");
      relay.relay.reload();
      relay.post("w2", "ContactCreate", "loc1");
      await().atMost(PATIENCE).until(() -> sink.count() == 2);

      assertThat(relay.get("/api/v1/config").path("config").path("targets").toString())
          .contains("\"basic\":{\"user\":\"***\",\"password\":\"***\"}");
      // By "printf ann:p4ssword | base64" and "printf ann:another | base64".
      assertThat(sink.requests())
          .extracting(SinkRequest::headers)
          .extracting(headers -> headers.get("authorization"))
          .containsExactly(List.of("Basic YW5uOnA0c3N3b3Jk"), List.of("Basic YW5uOmFub3RoZXI="));
    }
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    try (SinkServer elsewhere = SinkServer.configure().start();
        SinkServer sink =
            SinkServer.configure()
                .script(FaultScript.parse("*: redirect " + elsewhere.url("/x")))
                .start();
        RelayFixture relay =
            new RelayFixture(folder, to(sink, "basic: {user: ann, passwordFile: password}"))) {
      String id = relay.post("w1", "ContactCreate", "loc1");
      awaitState(relay, id, "dead");

      assertThat(relay.delivery(id, 0).path("deadReason").asText()).isEqualTo("rejected");
      assertThat(sink.count()).isEqualTo(1);
      assertThat(elsewhere.count()).isZero();
    }
  }
}
