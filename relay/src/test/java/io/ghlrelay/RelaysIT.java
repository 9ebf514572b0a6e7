package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.it.RelayFixture;
import io.ghlrelay.store.postgres.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an operator sees of relays that share a database. */
@Tag("once")
class RelaysIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestDatabase database = TestDatabase.shared();
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;

  /** What a verb printed, and its exit code. */
  private record Run(int code, String out) {}

  private static Run run(RelayFixture relay, String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("--admin", relay.admin("").toString()));
    int code = line.execute(all.toArray(String[]::new));
    return new Run(code, out.toString());
  }

  @BeforeEach
  void empty() {
    database.clear();
  }

  private static String routes(SinkServer sink) {
    return """
        targets:
          crm: {url: "%s", ordering: contact}
          old: {url: "%s"}
        routes: [{types: ["Contact*"], to: [crm]}, {types: ["Task*"], to: [old]}]
        """
        .formatted(sink.url("/"), sink.url("/"));
  }

  private static JsonNode relays(RelayFixture asked) throws Exception {
    return asked.get("/api/v1/relays");
  }

  private static JsonNode named(RelayFixture asked, String name) throws Exception {
    for (JsonNode relay : relays(asked).path("relays")) {
      if (relay.path("name").asText().equals(name)) {
        return relay;
      }
    }
    throw new AssertionError("no relay " + name);
  }

  private String metrics(RelayFixture relay) throws Exception {
    return http.send(
            HttpRequest.newBuilder(relay.admin("/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void showsWhichRelayHoldsWhatAndWhetherTheyAgree() throws Exception {
    try (SinkServer sink = SinkServer.configure().handler(request -> SinkAnswer.of(503)).start();
        RelayFixture b = RelayFixture.sharing(database, folder, "b", routes(sink))) {
      JsonNode before;
      try (RelayFixture a = RelayFixture.sharing(database, folder, "a", routes(sink))) {
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    named(b, "a").path("config").isTextual()
                        && named(a, "b").path("config").isTextual());
        assertThat(named(b, "b").path("ordered").toString())
            .as("who was there first keeps the order")
            .isEqualTo("[\"crm\"]");
        assertThat(named(b, "a").path("ordered")).isEmpty();
        for (int i = 0; i < 3; i++) {
          a.post("t" + i, "TaskCreate", "loc");
        }
        a.post("c1", "ContactCreate", "loc");
        await().atMost(PATIENCE).until(() -> named(b, "b").path("pending").asLong() == 1);
        before = named(b, "a");
        assertThat(before.path("pending").asLong()).isEqualTo(3);
        assertThat(before.path("alive").asBoolean()).isTrue();
        assertThat(before.path("self").asBoolean()).isFalse();
        assertThat(named(a, "a").path("self").asBoolean()).isTrue();
        assertThat(relays(a).path("sameConfig").asBoolean()).isTrue();
        assertThat(run(b, "relays").out())
            .containsPattern("(?m)^a +alive .* 3  \\S+Z +-$")
            .containsPattern("(?m)^b +alive .* 1  \\S+Z +crm$")
            .contains("This one is b.")
            .doesNotContain("differ");
        assertThat(run(b, "relays", "--json").out()).contains("\"shared\":true");
        assertThat(run(b, "readyz").out()).contains("lease");

        a.configure(routes(sink).replace("Task*", "Task?*"));
        assertThat(run(a, "reload").code()).isZero();
        await().atMost(PATIENCE).until(() -> !relays(b).path("sameConfig").asBoolean());
        assertThat(run(b, "relays").out()).contains("differ");
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    metrics(b).contains("relay_cluster_configs 2.0")
                        && metrics(b).contains("relay_cluster_relays{state=\"alive\"} 2.0"));
        assertThat(metrics(b)).contains("relay_cluster_lease_held 1.0");
      }

      await().atMost(PATIENCE).until(() -> named(b, "b").path("pending").asLong() == 4);
      JsonNode gone = named(b, "a");
      assertThat(gone.path("alive").asBoolean()).isFalse();
      assertThat(gone.path("pending").asLong()).isZero();
      assertThat(gone.path("startedAt")).isEqualTo(before.path("startedAt"));
      assertThat(relays(b).path("sameConfig").asBoolean()).isTrue();
      assertThat(run(b, "relays").out()).containsPattern("(?m)^a +gone ");
      await()
          .atMost(PATIENCE)
          .until(() -> metrics(b).contains("relay_cluster_relays{state=\"gone\"} 1.0"));
    }
  }

  /** The database hangs, rather than being down: what is asked of it is answered late, and well. */
  @Test
  void aLeaseThatLapsedIsSeenAndWhatCameMeanwhileIsDelivered() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        RelayFixture relay = RelayFixture.sharing(database, folder, "a", routes(sink))) {
      await().atMost(PATIENCE).until(() -> named(relay, "a").path("config").isTextual());
      assertThat(run(relay, "readyz").code()).isZero();
      String id;
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("LOCK TABLE ghl_relay.relay, ghl_relay.paused_target");
        await().atMost(PATIENCE).until(() -> run(relay, "readyz").code() == 69);
        id = relay.post("t1", "TaskCreate", "loc");
        assertThat(relay.get("/api/v1/targets").path("targets"))
            .as("what is wrong is to be seen meanwhile")
            .hasSize(2);
        assertThat(relay.get("/api/v1/status").path("checks").toString()).contains("not renewed");
        assertThat(metrics(relay)).contains("relay_cluster_lease_held 0.0");
        connection.rollback();
      }
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  relay
                      .get("/api/v1/events/" + id)
                      .path("deliveries")
                      .path(0)
                      .path("state")
                      .asText()
                      .equals("delivered"));
      assertThat(run(relay, "readyz").code()).isZero();
    }
  }
}
