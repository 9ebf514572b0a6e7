package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.config.Secret;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whatever changes something leaves exactly one line, wherever lines are left. */
class AuditTest {
  private static final String TOKEN = "a-token-of-this-test";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ManualClock clock = new ManualClock();
  private final MemoryEventStore store = new MemoryEventStore();
  private final FakeControl control = new FakeControl(store, clock);
  private final HttpClient http = HttpClient.newHttpClient();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final ch.qos.logback.classic.Logger logger =
      (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("audit");
  @TempDir private Path folder;
  private Path file;
  private AuditLog audit;
  private AdminServer server;
  private String event;

  @BeforeEach
  void start() throws Exception {
    logged.list = new CopyOnWriteArrayList<>(); // others read it while lines come
    logged.start();
    logger.addAppender(logged);
    Path yaml =
        Files.writeString(
            folder.resolve("relay.yaml"),
            "targets: {crm: {url: \"https://crm.example.com/\"}}\nroutes: [{to: [crm]}]\n");
    control.config = new ConfigLoader(Map.of(), Map.of()).load(yaml);
    file = folder.resolve("audit.jsonl");
    event =
        ((Admitted.Stored)
                store
                    .admit(new TestEvents(clock).admission("w1", "{}", "crm"))
                    .toCompletableFuture()
                    .join())
            .event()
            .id()
            .toString();
    start(new Secret(TOKEN));
  }

  private void start(@Nullable Secret token) throws IOException {
    AdminConfig config = new AdminConfig(new ListenAddress("127.0.0.1", 0), token, true, file);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    audit = AuditLog.open(config, clock);
    server =
        AdminServer.start(
            config,
            new AdminServer.Sources(
                control,
                store,
                registry,
                new Activity(registry, clock),
                new LiveFeed("run1"),
                audit,
                clock,
                "1",
                "a"));
  }

  @AfterEach
  void stop() {
    server.close();
    audit.close();
    logger.detachAppender(logged);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The entries of one request, in the file, the log and the memory, which must agree. */
  private List<JsonNode> entries(String requestId) throws Exception {
    List<JsonNode> inFile = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.contains("\"" + requestId + "\"")) {
        inFile.add(JSON.readTree(line));
      }
    }
    List<JsonNode> inLog = new ArrayList<>();
    for (ILoggingEvent one : List.copyOf(logged.list)) {
      if (requestId.equals(one.getMDCPropertyMap().get("http.request.id"))) {
        inLog.add(JSON.readTree(one.getFormattedMessage()));
        assertThat(one.getMDCPropertyMap()).containsKeys("event.action", "user.name");
        assertThat(one.getLevel()).isEqualTo(Level.INFO);
      }
    }
    List<JsonNode> shown = new ArrayList<>();
    for (JsonNode one : audit.latest(1_000)) {
      if (one.path("requestId").asText().equals(requestId)) {
        shown.add(one);
      }
    }
    assertThat(inLog).isEqualTo(inFile);
    assertThat(shown).isEqualTo(inFile);
    return inFile;
  }

  private JsonNode only(HttpResponse<String> response) throws Exception {
    String id = response.headers().firstValue(Audited.HEADER).orElseThrow();
    List<JsonNode> entries = entries(id);
    assertThat(entries).as(id).hasSize(1);
    assertThat(entries.get(0).path("status").asInt()).isEqualTo(response.statusCode());
    return entries.get(0);
  }

  @Test
  void everyOperationThatChangesSomethingLeavesOneLine() throws Exception {
    JsonNode paths =
        JSON.readTree(send("GET", "/openapi.json", "", "Authorization", "Bearer " + TOKEN).body())
            .path("paths");
    Map<String, String> bodies =
        Map.of(
            "/api/v1/session", "{\"token\":\"" + TOKEN + "\"}",
            "/api/v1/purges", "{\"location\":\"loc9\",\"dryRun\":true}",
            "/api/v1/replays", "{\"background\":true,\"q\":\"target:crm\"}");
    Set<String> actions = new TreeSet<>();
    int operations = 0;
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        if (method.equals("GET")) {
          continue;
        }
        operations++;
        String template = path.getKey();
        String job = template.contains("replays") ? "replay-1" : "purge-1";
        String real =
            template
                .replace("{name}", "crm")
                .replace("{id}", template.contains("events") ? event : job);
        String body = bodies.getOrDefault(template, "{}");
        HttpResponse<String> done =
            send(
                method,
                real,
                body,
                "Authorization",
                "Bearer " + TOKEN,
                "X-Request-Id",
                "r-" + operations);
        assertThat(done.statusCode()).as("%s %s: %s", method, real, done.body()).isLessThan(300);
        assertThat(done.headers().firstValue(Audited.HEADER)).contains("r-" + operations);
        JsonNode entry = only(done);
        assertThat(actions.add(entry.path("action").asText())).as("%s", entry).isTrue();
        assertThat(entry.path("from").asText()).isEqualTo("127.0.0.1");
        assertThat(entry.path("outcome").asText()).isEqualTo("success");

        HttpResponse<String> refused = send(method, real, body.replace(TOKEN, "wrong"));
        assertThat(only(refused).path("who").asText()).isEqualTo("nobody");
      }
    }
    assertThat(operations).isGreaterThanOrEqualTo(10);
    assertThat(actions).contains("login", "logout", "pause", "resume", "reload", "purge", "replay");
    assertThat(Files.readString(file)).doesNotContain(TOKEN);
  }

  @Test
  void saysWhoDidWhatToWhat() throws Exception {
    String login = "{\"token\":\"" + TOKEN + "\"}";
    HttpResponse<String> opened = send("POST", "/api/v1/session", login);
    String cookie = opened.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
    String who = only(opened).path("who").asText();
    assertThat(who).matches("console session:[0-9a-f]{8}");
    assertThat(only(opened).path("parameters").isNull()).isTrue();

    JsonNode paused =
        only(
            send(
                "POST", "/api/v1/targets/crm/pause", "{}", "Cookie", cookie, "Relay-Console", "1"));
    assertThat(paused.toString())
        .contains("\"action\":\"pause\",\"object\":\"crm\"", "\"who\":\"" + who + "\"");
    JsonNode replayed =
        only(
            send(
                "POST",
                "/api/v1/events/" + event + "/replay",
                "{\"targets\":[\"crm\"]}",
                "Authorization",
                "Bearer " + TOKEN));
    assertThat(replayed.path("who").asText()).isEqualTo("token");
    assertThat(replayed.path("object").asText()).isEqualTo(event);
    assertThat(replayed.path("parameters").toString()).isEqualTo("{\"targets\":[\"crm\"]}");
    JsonNode job =
        only(
            send(
                "POST",
                "/api/v1/replays",
                "{\"background\":true}",
                "Authorization",
                "Bearer " + TOKEN));
    assertThat(job.path("object").asText()).isEqualTo("replay-1");
  }

  @Test
  void whatWasRefusedIsNotedWithoutWhatItSaid() throws Exception {
    String misplaced = "{\"token\":\"" + TOKEN + "\"}";
    for (String path : List.of("/api/v1/replays", "/api/v1/purges", "/api/v1/targets/crm/pause")) {
      JsonNode entry = only(send("POST", path, misplaced, "Authorization", "Bearer " + TOKEN));
      assertThat(entry.path("parameters").path("token").isMissingNode()).as(path).isTrue();
    }
    JsonNode wrong = only(send("POST", "/api/v1/session", "{\"token\":\"" + TOKEN + "x\"}"));
    assertThat(wrong.toString()).contains("\"action\":\"login\"", "\"outcome\":\"failure\"");
    JsonNode odd =
        only(
            send(
                "POST",
                "/api/v1/targets/a%0Aforged%20line/pause",
                "",
                "Authorization",
                "Bearer " + TOKEN,
                "X-Request-Id",
                "not an id"));
    assertThat(odd.path("object").asText()).isEqualTo("a\nforged line");
    assertThat(odd.path("requestId").asText()).hasSize(36);
    assertThat(Files.readString(file)).doesNotContain(TOKEN);
  }

  @Test
  void readingLeavesNone() throws Exception {
    send("GET", "/api/v1/events", "", "Authorization", "Bearer " + TOKEN);
    send("GET", "/api/v1/events", "");
    send("POST", "/api/v1/nothing", "");
    assertThat(Files.readString(file)).isEmpty();
  }

  @Test
  void withoutATokenItIsLoopbackAndOthersAreRefused() throws Exception {
    server.close();
    audit.close();
    start(null);
    assertThat(only(send("POST", "/api/v1/reload", "")).path("who").asText()).isEqualTo("loopback");
    JsonNode foreign = only(send("POST", "/api/v1/reload", "", "Origin", "http://evil.example"));
    assertThat(foreign.path("status").asInt()).isEqualTo(403);
  }

  @Test
  void theFileIsAppendedToAndOpenedAnewWhenMoved() throws Exception {
    only(send("POST", "/api/v1/reload", "", "Authorization", "Bearer " + TOKEN));
    audit.close();
    server.close();
    start(new Secret(TOKEN));
    send("POST", "/api/v1/reload", "", "Authorization", "Bearer " + TOKEN);
    assertThat(Files.readAllLines(file, StandardCharsets.UTF_8)).hasSize(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .doesNotEndWith("r--");

    Path moved = Files.move(file, folder.resolve("audit.1"));
    audit.reopen();
    send("POST", "/api/v1/reload", "", "Authorization", "Bearer " + TOKEN);
    assertThat(Files.readAllLines(moved)).hasSize(2);
    assertThat(Files.readAllLines(file)).hasSize(1);

    assertThatThrownBy(
            () ->
                AuditLog.open(
                    new AdminConfig(
                        new ListenAddress("127.0.0.1", 0), null, true, folder.resolve("no/file")),
                    clock))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("admin.auditFile");
  }

  @Test
  void theLatestThousandAreShown() {
    for (int i = 0; i < 1_100; i++) {
      audit.record(new AuditLog.Entry("r" + i, AuditLog.PROCESS, null, "reload", null, null, 200));
    }
    assertThat(audit.latest(2_000)).hasSize(1_000);
    assertThat(audit.latest(2).get(0).path("requestId").asText()).isEqualTo("r1099");
  }
}
