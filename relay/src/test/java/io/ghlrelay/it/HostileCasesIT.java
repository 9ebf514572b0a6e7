package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.Relay;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.it.HostileConnection.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of hostile cases in {@code SECURITY.md}, row by row, over sockets: what each gets, that
 * a connection left open is in step (the next event on it gets the next answer), that one closed is
 * closed, and that a genuine event passes on a new connection right after.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@Tag("once")
class HostileCasesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path TABLE = Path.of("SECURITY.md");
  private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| ([^|]+) \\|");
  private static final Pattern ANSWER = Pattern.compile("(\\d{3})(?: ×(\\d+))?");

  /** Most cases wait for the relay's next look at a connection, so they may wait side by side. */
  private static final int AT_ONCE = 12;

  private final SigningKeys keys = SigningKeys.shared();
  private final ExecutorService senders = Executors.newCachedThreadPool();
  private final ExecutorService cases = Executors.newFixedThreadPool(AT_ONCE);
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger probes = new AtomicInteger();
  private SinkServer sink;
  private Relay relay;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    sink = SinkServer.configure().start();
    Files.writeString(folder.resolve("ed.pem"), keys.publicPem(Scheme.ED25519));
    Files.writeString(folder.resolve("rsa.pem"), keys.publicPem(Scheme.RSA_SHA256));
    Path config = folder.resolve("relay.yaml");
    Files.writeString(
        config,
        """
        ingress: {listen: "127.0.0.1:0", maxBodySize: 4MiB, requestTimeout: 5s}
        admin: {listen: "127.0.0.1:0"}
        verification:
          keys:
            - {scheme: ed25519, publicKeyFile: ed.pem}
            - {scheme: rsa-sha256, publicKeyFile: rsa.pem}
        store: {rocksdb: {path: data}}
        targets: {sink: {url: "%s"}}
        routes: [{types: ["Hostile*"], to: [sink]}]
        """
            .formatted(sink.url("/")));
    relay = Relay.start(() -> new ConfigLoader(Map.of(), Map.of()).load(config));
  }

  @AfterAll
  void stop() throws IOException {
    cases.shutdownNow();
    senders.shutdownNow();
    relay.close();
    sink.close();
  }

  /** The rows of the table: what is sent, and what it gets. */
  private static Map<String, String> table() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    String text = Files.readString(TABLE, StandardCharsets.UTF_8);
    String section = text.substring(text.indexOf("## Hostile requests"));
    int next = section.indexOf("\n## ");
    for (String line : (next < 0 ? section : section.substring(0, next)).split("\n")) {
      Matcher row = ROW.matcher(line);
      if (row.matches()
          && !row.group(1).equals("what is sent")
          && !row.group(1).startsWith("---")) {
        assertThat(rows.put(row.group(1), row.group(2))).as(row.group(1)).isNull();
      }
    }
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> eachRowGetsItsAnswer() throws Exception {
    Map<String, String> table = table();
    Map<String, HostileCases.Sender> senderOf = new HostileCases(keys).all();
    assertThat(senderOf.keySet())
        .as("the rows of " + TABLE)
        .containsExactlyElementsOf(table.keySet());
    Map<String, Future<String>> results = new LinkedHashMap<>();
    senderOf.forEach(
        (name, sender) -> {
          Callable<String> play = () -> play(sender, table.get(name));
          results.put(name, cases.submit(play));
        });
    Stream<DynamicTest> rows =
        results.entrySet().stream()
            .map(
                result ->
                    DynamicTest.dynamicTest(
                        result.getKey(),
                        () ->
                            assertThat(result.getValue().get())
                                .as(result.getKey())
                                .isEqualTo(table.get(result.getKey()))));
    long kept = table.values().stream().filter(answer -> answer.contains("stored")).count();
    return Stream.concat(
        rows,
        Stream.of(
            DynamicTest.dynamicTest(
                "nothing else was stored",
                () -> assertThat(stored()).isEqualTo(kept + probes.get()))));
  }

  private long stored() throws Exception {
    String metrics = text("/metrics");
    assertThat(metrics).contains("relay_events_received_total{outcome=\"stored\"}");
    return metrics
        .lines()
        .filter(line -> line.startsWith("relay_events_received_total{outcome=\"stored\"}"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** Plays a case; the row tells only how long to read, the result is what was seen. */
  private String play(HostileCases.Sender sender, String row) throws Exception {
    StringBuilder seen = new StringBuilder();
    boolean closes = row.contains("closed");
    boolean unread = row.equals("closed");
    try (HostileConnection connection = new HostileConnection(ingressPort())) {
      var sent = connection.send(sender, senders);
      List<Answer> answers =
          unread ? List.of() : connection.answers(closes ? Integer.MAX_VALUE : expected(row));
      if (unread) {
        assertThat(sent.get()).as("all was taken").isFalse();
      }
      seen.append(statuses(answers));
      if (closes) {
        seen.append(seen.length() == 0 ? "closed" : ", closed"); // answers() has met the end
      }
      for (Answer answer : answers) {
        if (answer.status() == 200 && !answer.body().contains("duplicate")) {
          seen.append(", stored").append(stored(answer));
        }
      }
      if (!closes) {
        assertThat(seen).as("what came before").hasToString(row);
        probe(connection);
      }
    }
    try (HostileConnection another = new HostileConnection(ingressPort())) {
      probe(another);
    }
    return seen.toString();
  }

  private static int expected(String row) {
    int answers = 0;
    Matcher matcher = ANSWER.matcher(row);
    while (matcher.find()) {
      answers += matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    }
    return answers;
  }

  private static String statuses(List<Answer> answers) {
    List<String> runs = new ArrayList<>();
    int length = 0;
    for (int i = 0; i < answers.size(); i++) {
      length++;
      if (i + 1 == answers.size() || answers.get(i + 1).status() != answers.get(i).status()) {
        runs.add(answers.get(i).status() + (length == 1 ? "" : " ×" + length));
        length = 0;
      }
    }
    return String.join(", ", runs);
  }

  /** What is known of a stored event, and what of it the target saw. */
  private String stored(Answer answer) throws Exception {
    String id = JSON.readTree(answer.body()).path("id").asText();
    JsonNode event = get("/api/v1/events/" + id);
    List<String> absent = new ArrayList<>();
    for (String field : List.of("type", "locationId", "webhookId")) {
      if (event.path(field).isNull()) {
        absent.add(field);
      }
    }
    if (absent.size() == 3) {
      return " without an envelope";
    }
    assertThat(event.path("type").asText()).isEqualTo("HostileX");
    SinkRequest arrived = arrived(id);
    arrived
        .headers()
        .forEach(
            (name, values) -> {
              assertThat(name).matches("[!-9;-~]+");
              assertThat(values).allMatch(value -> value.chars().noneMatch(c -> c < ' '));
              if (name.toLowerCase(Locale.ROOT).startsWith("relay")) {
                assertThat(values).hasSize(1);
              }
            });
    String without = absent.isEmpty() ? "" : " without " + String.join(", ", absent);
    boolean marked = event.toString().contains(HostileCases.MARKER);
    if (!marked) {
      return without;
    }
    return without
        + (arrived.headers().toString().toLowerCase(Locale.ROOT).contains(HostileCases.MARKER)
            ? ", passed on"
            : ", not passed on");
  }

  private SinkRequest arrived(String id) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                sink.requests().stream()
                    .filter(one -> one.header("Relay-Event-Id").equals(id))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** A genuine event, alone: its answer is the next one, and it is new. */
  private void probe(HostileConnection connection) throws IOException {
    byte[] body =
        ("{\"type\":\"Probe\",\"webhookId\":\"probe-" + probes.incrementAndGet() + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    String request =
        "POST /webhooks HTTP/1.1\r\nHost: relay\r\nX-GHL-Signature: "
            + keys.sign(Scheme.ED25519, body)
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n"
            + new String(body, StandardCharsets.UTF_8);
    var unused = connection.send(out -> out.write(HostileCases.bytes(request)), senders);
    Answer answer = connection.next();
    assertThat(answer).as("the next answer, of a genuine event").isNotNull();
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain("duplicate");
  }

  private int ingressPort() {
    return relay.ingressAddress().getPort();
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(text(path));
  }

  private String text(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + relay.adminAddress().getPort() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
