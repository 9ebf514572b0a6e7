package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.delivery.BreakerState;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the admin API does for the console: logins, filters, the stream, dead letters, replays. */
class ConsoleApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEARER = "Bearer s3cret";

  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final MemoryEventStore store = new MemoryEventStore();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Activity activity = new Activity(registry, clock);
  private final LiveFeed feed = new LiveFeed("run1");
  private final FakeControl control = new FakeControl(store, clock);
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;
  private AdminServer server;

  @BeforeEach
  void start() throws Exception {
    start("", true);
  }

  private void start(String adminSettings, boolean first) throws Exception {
    if (!first) {
      server.close();
    }
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            """
            admin: {listen: "127.0.0.1:0"%s}
            targets:
              crm: {url: "https://crm.example.com/?key=hidden", headers: {X-Key: hidden}}
              archive: {url: "https://archive.example.com/"}
            routes:
              - {name: contacts, types: ["Contact*"], to: [crm], stop: true}
              - {name: proxied, locations: [L1, L9], to: [crm], direct: true}
              - {name: rest, to: [archive]}
            """
                .formatted(adminSettings));
    control.config = new ConfigLoader(Map.of(), Map.of()).load(file);
    AdminConfig config = control.config().admin();
    server =
        AdminServer.start(
            new AdminConfig(
                new ListenAddress("127.0.0.1", 0), config.token(), config.showBodies(), null),
            new AdminServer.Sources(
                control,
                store,
                registry,
                activity,
                feed,
                AuditLog.inMemory(clock),
                clock,
                "1.2.3",
                "abcdef"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable String body, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return http.send(
        request
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode get(String path, String... headers) throws Exception {
    HttpResponse<String> answer = send("GET", path, null, headers);
    assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private JsonNode post(String path, String body, int status) throws Exception {
    HttpResponse<String> answer = send("POST", path, body);
    assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private List<String> found(String filter) throws Exception {
    List<String> ids = new ArrayList<>();
    get("/api/v1/events?q=" + encoded(filter))
        .path("events")
        .forEach(e -> ids.add(e.path("id").asText()));
    return ids;
  }

  private EventId admit(String webhookId, String type, String location, String... targets) {
    return admit(new Envelope(webhookId, type, location, "co1", "app1", null), targets)
        .event()
        .id();
  }

  private Admitted.Stored admit(Envelope envelope, String... targets) {
    clock.advance(Duration.ofMillis(10));
    Admission admission =
        events.admission(envelope, "{\"n\":\"" + clock.instant() + "\"}", targets);
    return (Admitted.Stored) store.admit(admission).toCompletableFuture().join();
  }

  private EventId dead(String target, DeadReason reason, int status) {
    Admitted.Stored stored =
        admit(new Envelope(null, "ContactCreate", "L1", null, null, null), target);
    Delivery before = stored.deliveries().get(0);
    Delivery after =
        new Delivery(
            before.eventId(),
            target,
            before.route(),
            DeliveryState.DEAD,
            1,
            RetryProgress.START,
            null,
            reason,
            clock.instant());
    store.record(before, after, attempt(status));
    return before.eventId();
  }

  private Attempt attempt(int status) {
    return new Attempt(
        1,
        1,
        clock.instant(),
        clock.instant(),
        Duration.ofMillis(3),
        Outcome.answered(status),
        "secret answer".getBytes(StandardCharsets.UTF_8),
        null);
  }

  @Test
  void filtersFind() throws Exception {
    EventId first = admit("w1", "ContactCreate", "L1", "crm");
    EventId second = admit("w2", "TaskCreate", "L2", "archive");
    EventId third = admit("w3", "ContactDelete", "L1");

    assertThat(found("")).containsExactly(third.toString(), second.toString(), first.toString());
    assertThat(found("type:Contact*")).containsExactly(third.toString(), first.toString());
    assertThat(found("type:Contact* state:unrouted")).containsExactly(third.toString());
    assertThat(found("target:archive")).containsExactly(second.toString());
    assertThat(found("company:co1 app:app1 location:L2")).containsExactly(second.toString());
    assertThat(found("company:co2")).isEmpty();
    assertThat(found("w2")).as("a webhook's id").containsExactly(second.toString());
    assertThat(found("L1")).as("a location's").hasSize(2);
    assertThat(found(first.toString())).as("an event's own").containsExactly(first.toString());
    assertThat(found("since:1h until:1ms")).hasSize(2);
    assertThat(send("GET", "/api/v1/events?q=type:A&type=B", null).statusCode()).isEqualTo(400);
    assertThat(get("/api/v1/events?q=type:Contact*&location=L1&limit=1").path("next").isNull())
        .isFalse();
  }

  @Test
  void anEventSaysWhyItWentWhereItWent() throws Exception {
    EventId id = admit("w1", "TaskCreate", "L1", "archive");
    JsonNode shown = get("/api/v1/events/" + id);
    assertThat(shown.path("traceId").asText()).isEqualTo(id.toString().replace("-", ""));
    assertThat(shown.path("signature").path("header").asText()).isEqualTo("X-GHL-Signature");
    assertThat(shown.path("signature").path("verifiesNow").asBoolean()).isTrue();
    JsonNode routing = shown.path("routing");
    assertThat(routing.get(0).path("matched").asBoolean()).isFalse();
    assertThat(routing.get(0).path("why").asText()).isEqualTo("type TaskCreate is not Contact*");
    assertThat(routing.get(1).path("matched").asBoolean()).isTrue();
    assertThat(routing.get(1).path("direct").asBoolean()).isTrue();
    assertThat(routing.get(1).path("why").asText()).isEqualTo("location is L1 or L9");
    assertThat(routing.get(2).path("why").asText())
        .isEqualTo("an earlier route ended the search (stop: true, or direct)");
    JsonNode elsewhere = get("/api/v1/events/" + admit("w3", "TaskCreate", "L2", "archive"));
    assertThat(elsewhere.path("routing").get(1).path("matched").asBoolean()).isFalse();
    assertThat(elsewhere.path("routing").get(2).path("matched").asBoolean()).isTrue();
    assertThat(elsewhere.path("routing").get(2).path("why").asText())
        .isEqualTo("it has no condition, so takes every event");
    assertThat(shown.path("deliveries").get(0).path("policy").path("name").asText())
        .isEqualTo("ghl-2025");
    JsonNode contact = get("/api/v1/events/" + admit("w2", "ContactCreate", "L1", "crm"));
    assertThat(contact.path("routing").get(1).path("why").asText())
        .isEqualTo("an earlier route ended the search (stop: true, or direct)");
  }

  @Test
  void aTokenLogsIn() throws Exception {
    start(", token: s3cret", false);
    assertThat(get("/api/v1/session").toString())
        .isEqualTo("{\"required\":true,\"authenticated\":false}");
    assertThat(send("GET", "/api/v1/status", null).statusCode()).isEqualTo(401);
    assertThat(send("POST", "/api/v1/session", "{\"token\":\"s3cre\"}").statusCode())
        .isEqualTo(401);
    HttpResponse<String> login = send("POST", "/api/v1/session", "{\"token\":\"s3cret\"}");
    assertThat(login.statusCode()).isEqualTo(200);
    String set = login.headers().firstValue("set-cookie").orElseThrow();
    assertThat(set).contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200");
    String cookie = set.substring(0, set.indexOf(';'));

    assertThat(get("/api/v1/session", "Cookie", cookie).path("authenticated").asBoolean()).isTrue();
    get("/api/v1/status", "Cookie", cookie);
    assertThat(send("POST", "/api/v1/reload", null, "Cookie", cookie).statusCode())
        .as("by the cookie alone, another site could ask for this")
        .isEqualTo(403);
    assertThat(
            send("POST", "/api/v1/reload", null, "Cookie", cookie, "Relay-Console", "1")
                .statusCode())
        .isEqualTo(200);
    assertThat(send("POST", "/api/v1/reload", null, "Authorization", BEARER).statusCode())
        .isEqualTo(200);

    clock.advance(Duration.ofHours(12));
    assertThat(send("GET", "/api/v1/status", null, "Cookie", cookie).statusCode())
        .as("after its lifetime")
        .isEqualTo(401);
  }

  @Test
  void whoLogsOutIsOut() throws Exception {
    start(", token: s3cret", false);
    HttpResponse<String> login = send("POST", "/api/v1/session", "{\"token\":\"s3cret\"}");
    String set = login.headers().firstValue("set-cookie").orElseThrow();
    String cookie = set.substring(0, set.indexOf(';'));
    HttpResponse<String> out = send("DELETE", "/api/v1/session", null, "Cookie", cookie);
    assertThat(out.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
    assertThat(send("GET", "/api/v1/status", null, "Cookie", cookie).statusCode()).isEqualTo(401);
  }

  @Test
  void guessingTokensIsSlow() throws Exception {
    start(", token: s3cret", false);
    for (int i = 0; i < Sessions.MAX_WRONG; i++) {
      assertThat(send("POST", "/api/v1/session", "{\"token\":\"x\"}").statusCode()).isEqualTo(401);
    }
    HttpResponse<String> late = send("POST", "/api/v1/session", "{\"token\":\"s3cret\"}");
    assertThat(late.statusCode()).isEqualTo(429);
    assertThat(late.headers().firstValue("retry-after")).contains("60");
    clock.advance(Duration.ofSeconds(61));
    assertThat(send("POST", "/api/v1/session", "{\"token\":\"s3cret\"}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void bodiesCanBeHidden() throws Exception {
    EventId id = dead("crm", DeadReason.REJECTED, 400);
    assertThat(get("/api/v1/events/" + id).toString()).contains("secret answer");
    start(", showBodies: false", false);
    assertThat(send("GET", "/api/v1/events/" + id + "/body", null).statusCode()).isEqualTo(403);
    assertThat(get("/api/v1/events/" + id).toString()).doesNotContain("secret answer");
    assertThat(get("/api/v1/status").path("bodiesHidden").asBoolean()).isTrue();
  }

  @Test
  void theConfigurationIsShownWithoutSecrets() throws Exception {
    start(", token: s3cret", false);
    String shown = get("/api/v1/config", "Authorization", BEARER).toString();
    assertThat(shown)
        .doesNotContain("hidden")
        .doesNotContain("s3cret")
        .contains("\"X-Key\":\"***\"");
    assertThat(
            JSON.readTree(shown)
                .path("config")
                .path("retryPolicies")
                .path("ghl-2025")
                .path("retryOn")
                .toString())
        .isEqualTo("[\"5xx\",\"408\",\"429\",\"timeout\",\"connection\"]");
  }

  @Test
  void deadLettersAreGrouped() throws Exception {
    dead("crm", DeadReason.EXHAUSTED, 503);
    dead("crm", DeadReason.EXHAUSTED, 503);
    dead("crm", DeadReason.REJECTED, 400);
    EventId other = dead("archive", DeadReason.REJECTED, 400);

    JsonNode all = get("/api/v1/dead-letters");
    assertThat(all.path("groups")).hasSize(3);
    assertThat(all.path("examined").asInt()).isEqualTo(4);
    assertThat(all.path("complete").asBoolean()).isTrue();
    JsonNode archive = get("/api/v1/dead-letters?q=target:archive").path("groups");
    assertThat(archive).hasSize(1);
    assertThat(archive.get(0).path("lastResult").asText()).isEqualTo("400");
    assertThat(archive.get(0).path("events").get(0).asText()).isEqualTo(other.toString());
    assertThat(all.path("groups").get(2).path("count").asInt()).isEqualTo(2);
  }

  @Test
  void replaysRunInTheBackgroundAtTheirRate() throws Exception {
    List<EventId> dead = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      dead.add(0, dead("crm", DeadReason.EXHAUSTED, 503));
    }
    dead("archive", DeadReason.EXHAUSTED, 503);
    assertThat(
            post("/api/v1/replays", "{\"q\":\"target:crm\",\"dryRun\":true}", 200)
                .path("matched")
                .asInt())
        .isEqualTo(25);
    assertThat(control.replayed).isEmpty();

    JsonNode job =
        post("/api/v1/replays", "{\"q\":\"target:crm\",\"background\":true,\"perSecond\":50}", 202);
    assertThat(job.path("filter").asText()).isEqualTo("state:dead target:crm");
    String path = "/api/v1/replays/" + job.path("id").asText();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(path).path("state").asText().equals("done"));
    JsonNode done = get(path);
    assertThat(done.path("matched").asInt()).isEqualTo(25);
    assertThat(done.path("replayed").asInt()).isEqualTo(25);
    assertThat(done.path("cursor").asText()).isEqualTo(dead.get(24).toString());
    assertThat(control.replayed).as("newest first").isEqualTo(dead);
  }

  @Test
  void aReplayIsContinuedFromItsCursor() throws Exception {
    List<EventId> dead = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      dead.add(0, dead("crm", DeadReason.EXHAUSTED, 503));
    }
    JsonNode job =
        post("/api/v1/replays", "{\"background\":true,\"cursor\":\"" + dead.get(5) + "\"}", 202);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                get("/api/v1/replays/" + job.path("id").asText())
                    .path("state")
                    .asText()
                    .equals("done"));
    assertThat(control.replayed).isEqualTo(dead.subList(6, 10));
  }

  @Test
  void aCancelledReplayStops() throws Exception {
    for (int i = 0; i < 10; i++) {
      dead("crm", DeadReason.EXHAUSTED, 503);
    }
    JsonNode job = post("/api/v1/replays", "{\"background\":true,\"perSecond\":1}", 202);
    String path = "/api/v1/replays/" + job.path("id").asText();
    post(path + "/cancel", "{}", 200);
    assertThat(get(path).path("state").asText()).isEqualTo("cancelled");
    assertThat(get(path).path("endedAt").isNull()).isFalse();
    assertThat(get("/api/v1/replays").path("replays").get(0).path("state").asText())
        .isEqualTo("cancelled");
  }

  @Test
  void healthIsWhatATargetDidLast() throws Exception {
    Event event = admit(new Envelope("w1", "A", "L1", null, null, null), "crm").event();
    Delivery delivery = Delivery.first(event.id(), "crm", "contacts", clock.instant());
    assertThat(health()).isEqualTo("idle");
    activity.attempted(event, delivery, attempt(503));
    assertThat(health()).isEqualTo("degraded");
    activity.attempted(event, delivery, attempt(503));
    activity.attempted(event, delivery, attempt(503));
    assertThat(health()).isEqualTo("failing");
    activity.attempted(event, delivery, attempt(200));
    registry.counter("relay.delivery.attempts", "target", "crm", "result", "2xx").increment();
    registry.timer("relay.delivery.attempt", "target", "crm");
    activity.sample();
    assertThat(health()).isEqualTo("degraded");
    clock.advance(Duration.ofMinutes(6));
    activity.sample();
    assertThat(health()).isEqualTo("ok");
    control.paused = true;
    assertThat(health()).isEqualTo("paused");
  }

  @Test
  void showsWhereACircuitBreakerStands() throws Exception {
    start("", false);
    assertThat(breaker().isNull()).isTrue();
    control.breaker = BreakerState.HALF_OPEN;
    assertThat(breaker().asText()).isEqualTo("halfOpen");
  }

  private JsonNode breaker() throws Exception {
    return get("/api/v1/targets").path("targets").get(0).path("breaker");
  }

  private String health() throws Exception {
    return get("/api/v1/targets").path("targets").get(0).path("health").asText();
  }

  @Test
  void theStreamTellsOfEventsAndGoesOn() throws Exception {
    HttpResponse<java.io.InputStream> stream =
        http.send(
            HttpRequest.newBuilder(uri("/api/v1/stream?q=type:Contact*")).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.headers().firstValue("content-type"))
        .contains("text/event-stream; charset=utf-8");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("retry: 2000");
      assertThat(next(lines, "status")).contains("\"version\":\"1.2.3\"");
      assertThat(next(lines, "targets")).contains("\"name\":\"crm\"");
      feed.stored(admit(new Envelope("w0", "TaskCreate", "L1", null, null, null), "archive"));
      feed.stored(admit(new Envelope("w1", "ContactCreate", "L1", null, null, null), "crm"));
      assertThat(next(lines, "event")).contains("\"webhookId\":\"w1\"");
    }
  }

  /** The data of the next message of a name. */
  private static String next(BufferedReader lines, String name) throws Exception {
    String line = lines.readLine();
    while (line != null && !line.equals("event: " + name)) {
      line = lines.readLine();
    }
    return lines.readLine();
  }

  @Test
  void theConsoleIsServedUnderAStrictPolicy() throws Exception {
    HttpResponse<String> page = send("GET", "/", null);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    String tag = page.headers().firstValue("etag").orElseThrow();
    assertThat(send("GET", "/", null, "If-None-Match", tag).statusCode()).isEqualTo(304);
    HttpResponse<String> script = send("GET", "/console/app.js", null);
    assertThat(script.headers().firstValue("content-type"))
        .contains("text/javascript; charset=utf-8");
    for (String climbing :
        List.of("../openapi.json", "..%5Copenapi.json", "vendor/..", "none.js", "")) {
      assertThat(send("GET", "/console/" + climbing, null).statusCode())
          .as(climbing)
          .isEqualTo(404);
    }
  }
}
