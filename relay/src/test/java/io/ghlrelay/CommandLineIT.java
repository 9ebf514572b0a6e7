package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.it.RelayFixture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verbs of an operator against a running relay. */
class CommandLineIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  /** What a verb printed, and its exit code. */
  private record Run(int code, String out, String err) {}

  private static Run run(RelayFixture relay, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("--admin", relay.admin("").toString()));
    int code = line.execute(all.toArray(String[]::new));
    return new Run(code, out.toString(), err.toString());
  }

  private static String routes(SinkServer good, SinkServer bad) {
    return "targets: {crm: {url: \""
        + good.url("/")
        + "\"}, old: {url: \""
        + bad.url("/")
        + "\"}}\nroutes: [{types: [\"Contact*\"], to: [crm, old]}]\n";
  }

  @Test
  void filtersStatusAndReplays() throws Exception {
    try (SinkServer good = SinkServer.configure().start();
        SinkServer bad = SinkServer.configure().handler(request -> SinkAnswer.of(400)).start();
        RelayFixture relay = new RelayFixture(folder, routes(good, bad))) {
      String contact = relay.post("w1", "ContactCreate", "loc1");
      String task = relay.post("w2", "TaskCreate", "loc2");
      await()
          .atMost(PATIENCE)
          .until(() -> run(relay, "events", "state:dead", "target:old").out().contains(contact));

      Run filtered = run(relay, "events", "type:Task*", "--since", "1h");
      assertThat(filtered.out()).contains(task, "unrouted").doesNotContain(contact);
      assertThat(run(relay, "events", "w1").out()).contains(contact).doesNotContain(task);
      Run bad1 = run(relay, "events", "tpye:Task*");
      assertThat(bad1.code()).isEqualTo(65);
      assertThat(bad1.err()).contains("did you mean 'type:'?");

      Run status = run(relay, "status");
      assertThat(status.code()).isZero();
      assertThat(status.out()).contains("dead 1, unrouted 1").containsPattern("old +degraded");
      assertThat(run(relay, "status", "--json").out()).contains("\"unrouted\":1");

      assertThat(run(relay, "replay", "--target", "old", "--since", "1h", "--dry-run").out())
          .isEqualToIgnoringNewLines("1 events match, 0 replayed");
      Run replayed = run(relay, "replay", "target:old", "--rate", "100");
      assertThat(replayed.code()).as(replayed.err()).isZero();
      assertThat(replayed.out()).isEqualToIgnoringNewLines("1 events match, 1 replayed");
      assertThat(run(relay, "replay", "--attach", "replay-1").out()).contains("1 replayed");
      assertThat(run(relay, "replay", "--attach", "none").code()).isEqualTo(65);
      assertThat(run(relay, "replay").code()).isEqualTo(2);
      assertThat(run(relay, "replay", contact).code()).isZero();
    }
  }

  @Test
  void purgesALocation() throws Exception {
    try (SinkServer good = SinkServer.configure().start();
        SinkServer bad = SinkServer.configure().handler(request -> SinkAnswer.of(503)).start();
        RelayFixture relay = new RelayFixture(folder, routes(good, bad))) {
      List<String> gone = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        gone.add(relay.post("w" + i, "ContactCreate", "loc1"));
      }
      String kept = relay.post("other", "ContactCreate", "loc2");
      assertThat(run(relay, "purge", "--location", "loc1").code()).as("unconfirmed").isEqualTo(2);
      assertThat(run(relay, "purge", "--yes").code()).isEqualTo(2);

      Run counted = run(relay, "purge", "--location", "loc1", "--dry-run");
      assertThat(counted.code()).as(counted.err()).isZero();
      assertThat(counted.out()).startsWith("20 events with 40 deliveries (").contains("are held");
      Run purged = run(relay, "purge", "--location", "loc1", "--yes");

      assertThat(purged.code()).as(purged.err()).isZero();
      assertThat(purged.out()).startsWith("20 events with 40 deliveries (").contains("removed");
      for (String id : gone) {
        assertThat(run(relay, "show", id).code()).isEqualTo(65);
      }
      assertThat(run(relay, "show", kept).code()).isZero();
      assertThat(relay.get("/api/v1/targets").path("targets").path(1).path("pending").asInt())
          .as("the failing target waits for the other location alone")
          .isEqualTo(1);
      assertThat(run(relay, "purge", "--attach", "purge-2", "--json").out())
          .contains("\"state\":\"done\"", "\"events\":20");
      assertThat(run(relay, "purge", "--cancel", "none").code()).isEqualTo(65);
    }
  }

  @Test
  void followsWhatHappens() throws Exception {
    StringWriter out = new StringWriter();
    CompletableFuture<Integer> following;
    try (SinkServer good = SinkServer.configure().start();
        SinkServer bad = SinkServer.configure().handler(request -> SinkAnswer.of(400)).start();
        RelayFixture relay = new RelayFixture(folder, routes(good, bad))) {
      CommandLine line = Main.commandLine();
      line.setOut(new PrintWriter(out, true));
      following =
          CompletableFuture.supplyAsync(
              () ->
                  line.execute(
                      "events",
                      "--follow",
                      "--json",
                      "type:Contact*",
                      "--admin",
                      relay.admin("").toString()));
      await().atMost(PATIENCE).until(() -> out.toString().contains("\"name\":\"status\""));
      relay.post("w1", "TaskCreate", "loc1");
      String contact = relay.post("w2", "ContactCreate", "loc1");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(out.toString())
                      .contains("{\"name\":\"event\",\"data\":{\"id\":\"" + contact)
                      .contains("{\"name\":\"delivery\",\"data\":{\"eventId\":\"" + contact)
                      .contains("\"deadReason\":\"rejected\"")
                      .doesNotContain("TaskCreate"));
    }
    following.get(20, TimeUnit.SECONDS);
  }
}
