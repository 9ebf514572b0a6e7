package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.config.Secret;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryDecision;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.SharedStore.RelayInfo;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin API against its OpenAPI document, both ways, and against bad callers. */
class AdminApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final MemoryEventStore store = new MemoryEventStore();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final FakeControl control = new FakeControl(store, clock);
  private final Activity activity = new Activity(registry, clock);
  private final LiveFeed feed = new LiveFeed("run1");
  private final AuditLog audit = AuditLog.inMemory(clock);
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;
  private AdminServer server;
  private JsonNode document;

  @BeforeEach
  void start() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            "targets: {crm: {url: \"https://crm.example.com/?key=hidden\"}}\nroutes: [{to: [crm]}]\n");
    control.config = new ConfigLoader(Map.of(), Map.of()).load(file);
    server = start(null);
    document = JSON.readTree(send("GET", "/openapi.json", null).body());
  }

  private AdminServer start(@Nullable Secret token) throws IOException {
    return AdminServer.start(
        new AdminConfig(new ListenAddress("127.0.0.1", 0), token, true, null), sources());
  }

  private AdminServer.Sources sources() {
    return new AdminServer.Sources(
        control, store, registry, activity, feed, audit, clock, "1.2.3", "abcdef");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path, @Nullable String body)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
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

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  /** An event with a failed attempt and a retry planned. */
  private EventId retriedEvent() {
    Admitted.Stored stored =
        (Admitted.Stored)
            store.admit(events.admission("w1", "{\"a\": 1}", "crm")).toCompletableFuture().join();
    Delivery first = stored.deliveries().get(0);
    Instant now = clock.instant();
    RetryDecision.Retry retry =
        (RetryDecision.Retry)
            RetryPolicies.ghl2025()
                .decide(
                    first.progress(),
                    now,
                    now,
                    Outcome.answered(503),
                    (min, max) -> Duration.ofSeconds(3));
    Delivery after =
        new Delivery(
            first.eventId(),
            "crm",
            "route",
            DeliveryState.PENDING,
            1,
            retry.progress(),
            retry.due(),
            null,
            now);
    store.record(
        first,
        after,
        new Attempt(
            1,
            1,
            now,
            now,
            Duration.ofMillis(7),
            Outcome.answered(503),
            "busy".getBytes(StandardCharsets.UTF_8),
            null));
    return stored.event().id();
  }

  @Test
  void theDocumentAndTheServerHaveTheSameOperationsAndParameters() {
    Set<String> documented = new HashSet<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> served = new HashSet<>();
    for (Router.Operation operation : AdminServer.router(sources()).operations()) {
      served.add(operation.method() + " " + operation.template());
      Set<String> parameters = new HashSet<>();
      JsonNode described =
          document
              .path("paths")
              .path(operation.template())
              .path(operation.method().toLowerCase(Locale.ROOT));
      described
          .path("parameters")
          .forEach(
              parameter -> {
                if (parameter.path("in").asText().equals("query")) {
                  parameters.add(parameter.path("name").asText());
                }
              });
      assertThat(parameters)
          .as(operation.template())
          .containsExactlyInAnyOrderElementsOf(AdminServer.parametersOf(operation));
    }
    assertThat(documented).isEqualTo(served);
    assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
  }

  @Test
  void everyAnswerFitsTheDocument() throws Exception {
    EventId id = retriedEvent();
    fits("GET", "/", "/", null, 200);
    fits("GET", "/livez", "/livez", null, 200);
    fits("GET", "/readyz", "/readyz", null, 200);
    fits("GET", "/metrics", "/metrics", null, 200);
    fits("GET", "/openapi.json", "/openapi.json", null, 200);
    fits("GET", "/api/v1/session", "/api/v1/session", null, 200);
    fits("GET", "/api/v1/status", "/api/v1/status", null, 200);
    fits("GET", "/api/v1/activity", "/api/v1/activity", null, 200);
    fits("GET", "/api/v1/counts?by=location&limit=3", "/api/v1/counts", null, 200);
    fits("GET", "/api/v1/counts?by=size", "/api/v1/counts", null, 400);
    fits("GET", "/api/v1/dead-letters", "/api/v1/dead-letters", null, 200);
    fits("GET", "/api/v1/dead-letters?q=state:pending", "/api/v1/dead-letters", null, 400);
    fits("GET", "/api/v1/schedule?jitter=3s", "/api/v1/schedule", null, 200);
    fits("GET", "/api/v1/schedule?policy=no", "/api/v1/schedule", null, 400);
    fits("GET", "/api/v1/schedule?jitter=soon", "/api/v1/schedule", null, 400);
    fits("GET", "/api/v1/config", "/api/v1/config", null, 200);
    fits("POST", "/api/v1/reload", "/api/v1/reload", null, 200);
    fits("GET", "/api/v1/audit?limit=5", "/api/v1/audit", null, 200);
    fits("GET", "/api/v1/audit?limit=0", "/api/v1/audit", null, 400);
    fits("GET", "/api/v1/events?q=type:A*%20target:crm", "/api/v1/events", null, 200);
    fits("GET", "/api/v1/events?q=tpye:A", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/stream?q=tpye:A", "/api/v1/stream", null, 400);
    fits("GET", "/api/v1/events?limit=1&state=pending&target=crm", "/api/v1/events", null, 200);
    fits("GET", "/api/v1/events?state=odd", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/events?stat=dead", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/events?cursor=x", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/events?limit=0", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/events?from=yesterday", "/api/v1/events", null, 400);
    fits("GET", "/api/v1/events?type=a&type=b", "/api/v1/events", null, 400);
    JsonNode shown = fits("GET", "/api/v1/events/" + id, "/api/v1/events/{id}", null, 200);
    fits("GET", "/api/v1/events/nonsense", "/api/v1/events/{id}", null, 400);
    fits("GET", "/api/v1/events/" + new EventId(1, 2), "/api/v1/events/{id}", null, 404);
    fits("GET", "/api/v1/events/" + id + "/body", "/api/v1/events/{id}/body", null, 200);
    String replay = "/api/v1/events/{id}/replay";
    fits("POST", "/api/v1/events/" + id + "/replay", replay, "{\"targets\":[\"crm\"]}", 200);
    fits("POST", "/api/v1/events/" + id + "/replay", replay, "{\"targets\":[\"no\"]}", 422);
    fits("POST", "/api/v1/events/" + id + "/replay", replay, "{\"target\":1}", 400);
    fits("POST", "/api/v1/events/" + id + "/replay", replay, "{not json", 400);
    fits("POST", "/api/v1/events/" + new EventId(1, 2) + "/replay", replay, "{}", 404);
    fits("POST", "/api/v1/replays", "/api/v1/replays", "{\"state\":\"dead\",\"dryRun\":true}", 200);
    fits("POST", "/api/v1/replays", "/api/v1/replays", "{\"state\":\"pending\"}", 400);
    fits("POST", "/api/v1/replays", "/api/v1/replays", "[1]", 400);
    String replays = "/api/v1/replays";
    fits("POST", replays, replays, "{\"q\":\"since:1h\",\"limit\":0}", 400);
    JsonNode job = fits("POST", replays, replays, "{\"background\":true,\"perSecond\":5}", 202);
    fits("GET", replays, replays, null, 200);
    String one = replays + "/" + job.path("id").asText();
    fits("GET", one, "/api/v1/replays/{id}", null, 200);
    fits("POST", one + "/cancel", "/api/v1/replays/{id}/cancel", null, 200);
    fits("GET", "/api/v1/replays/none", "/api/v1/replays/{id}", null, 404);
    purges();
    JsonNode alone = fits("GET", "/api/v1/relays", "/api/v1/relays", null, 200);
    assertThat(alone.path("shared").asBoolean()).isFalse();
    assertThat(alone.path("sameConfig").asBoolean()).isTrue();
    assertThat(alone.path("relays")).isEmpty();
    fits("GET", "/api/v1/relays?name=a", "/api/v1/relays", null, 400);
    fits("GET", "/api/v1/targets", "/api/v1/targets", null, 200);
    fits("POST", "/api/v1/targets/crm/pause", "/api/v1/targets/{name}/pause", null, 200);
    fits("POST", "/api/v1/targets/crm/resume", "/api/v1/targets/{name}/resume", null, 200);
    fits("POST", "/api/v1/targets/none/pause", "/api/v1/targets/{name}/pause", null, 404);
    fits("POST", "/api/v1/reload", "/api/v1/reload", null, 200);
    control.ready = false;
    control.broken = true;
    fits("GET", "/readyz", "/readyz", null, 503);
    fits("POST", "/api/v1/reload", "/api/v1/reload", null, 422);

    JsonNode delivery = shown.path("deliveries").get(0);
    assertThat(delivery.path("attemptList").get(0).path("responseStart").asText())
        .isEqualTo("busy");
    assertThat(delivery.path("plan")).hasSize(10);
    Instant failed = Instant.parse(delivery.path("attemptList").get(0).path("startedAt").asText());
    assertThat(delivery.path("plan").get(3).path("earliest").asText())
        .isEqualTo(failed.plusSeconds(43).toString());
  }

  private RelayInfo relay(String name, boolean alive, String config) {
    Instant now = clock.instant();
    return new RelayInfo(
        name, "1.2.3", name.equals("b"), alive, now, now.plusSeconds(9), config, 7, List.of("crm"));
  }

  @Test
  void relaysThatShareTheStoreAreShownWithWhatEachHolds() throws Exception {
    String relays = "/api/v1/relays";
    String one = "0123456789ab";
    String other = "ba9876543210";
    // What is gone has no part in it, nor what has only just started.
    control.relays =
        new RelayControl.Relays(
            true, List.of(relay("a", false, other), relay("b", true, one), relay("c", true, "")));
    JsonNode shown = fits("GET", relays, relays, null, 200);
    assertThat(shown.path("shared").asBoolean()).isTrue();
    assertThat(shown.path("sameConfig").asBoolean()).isTrue();
    JsonNode b = shown.path("relays").path(1);
    assertThat(shown.path("relays").path(0).path("alive").asBoolean()).isFalse();
    assertThat(b.path("self").asBoolean()).isTrue();
    assertThat(b.path("pending").asLong()).isEqualTo(7);
    assertThat(b.path("ordered").path(0).asText()).isEqualTo("crm");
    assertThat(b.path("config").asText()).isEqualTo(one);
    assertThat(Instant.parse(b.path("leaseUntil").asText()))
        .isEqualTo(clock.instant().plusSeconds(9));
    assertThat(shown.path("relays").path(2).path("config").isNull()).isTrue();

    control.relays =
        new RelayControl.Relays(true, List.of(relay("a", true, other), relay("b", true, one)));
    assertThat(fits("GET", relays, relays, null, 200).path("sameConfig").asBoolean()).isFalse();
  }

  private void purges() throws Exception {
    String purges = "/api/v1/purges";
    String count = "{\"location\":\"loc9\",\"dryRun\":true}";
    String counted = fits("POST", purges, purges, count, 202).path("id").asText();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                fits("GET", purges + "/" + counted, purges + "/{id}", null, 200)
                    .path("state")
                    .asText()
                    .equals("done"));
    fits("POST", purges, purges, "{}", 400);
    fits("POST", purges, purges, "{\"location\":\" \"}", 400);
    fits("POST", purges, purges, "{\"location\":\"loc9\",\"dryRun\":1}", 400);
    JsonNode job = fits("POST", purges, purges, "{\"location\":\"loc9\"}", 202);
    fits("GET", purges, purges, null, 200);
    String one = purges + "/" + job.path("id").asText();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> fits("GET", one, purges + "/{id}", null, 200).path("endedAt").isTextual());
    fits("POST", one + "/cancel", purges + "/{id}/cancel", null, 200);
    fits("POST", purges + "/none/cancel", purges + "/{id}/cancel", null, 404);
    fits("GET", purges + "/none", purges + "/{id}", null, 404);
  }

  /** Sends, checks the status, and the body against the schema that the document gives for it. */
  private JsonNode fits(
      String method, String path, String template, @Nullable String body, int status)
      throws Exception {
    HttpResponse<String> answer = send(method, path, body);
    assertThat(answer.statusCode()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    JsonNode described =
        document
            .path("paths")
            .path(template)
            .path(method.toLowerCase(Locale.ROOT))
            .path("responses")
            .path(String.valueOf(status));
    String type = answer.headers().firstValue("content-type").orElseThrow().split(";")[0];
    JsonNode content = described.path("content").path(type);
    assertThat(content.isMissingNode()).as("%s %s gives %s", status, path, type).isFalse();
    if (!type.contains("json")) {
      return content;
    }
    ObjectNode schema = JSON.createObjectNode();
    schema.set("$ref", JSON.getNodeFactory().textNode("#/components/schemas/" + name(content)));
    schema.set("components", document.path("components"));
    JsonNode json = JSON.readTree(answer.body());
    if (!name(content).isEmpty()) {
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(schema)
                  .validate(json))
          .as("%s %s: %s", method, path, answer.body())
          .isEmpty();
    }
    return json;
  }

  private static String name(JsonNode content) {
    String reference = content.path("schema").path("$ref").asText();
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  @Test
  void theTokenGuardsAllButHealth() throws Exception {
    server.close();
    server = start(new Secret("s3cret"));

    assertThat(send("GET", "/livez", null).statusCode()).isEqualTo(200);
    assertThat(send("GET", "/readyz", null).statusCode()).isEqualTo(200);
    HttpResponse<String> refused = send("GET", "/api/v1/events", null);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(send("GET", "/metrics", null).statusCode()).isEqualTo(401);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(uri("/api/v1/events"))
                        .header("Authorization", "Bearer s3cret")
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(uri("/api/v1/events"))
                        .header("Authorization", "Bearer s3cre")
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cre", "s3crets", "S3cret", "s3cret,", "x", "Bearer s3cret", "é"})
  void nothingButTheTokenOpens(String given) throws Exception {
    server.close();
    server = start(new Secret("s3cret"));
    assertThat(
            raw(
                "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + given
                    + "\r\n\r\n"))
        .contains(" 401 ");
    assertThat(
            raw(
                "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n"))
        .contains(" 200 ");
  }

  @Test
  void webPagesOfOthersAreNotServed() throws Exception {
    assertThat(raw("GET /api/v1/events HTTP/1.1\r\nHost: evil.example\r\n\r\n")).contains(" 403 ");
    assertThat(
            raw(
                "POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n"))
        .contains(" 403 ");
  }

  @Test
  void badCallersGetClearAnswers() throws Exception {
    assertThat(send("GET", "/api/v2/events", null).statusCode()).isEqualTo(404);
    assertThat(send("DELETE", "/api/v1/events", null).headers().firstValue("allow"))
        .contains("GET, HEAD");
    assertThat(send("GET", "/api/v1/events%2f..%2f", null).statusCode()).isEqualTo(404);
    assertThat(send("POST", "/api/v1/replays", "x".repeat(100_000)).statusCode()).isEqualTo(413);
    assertThat(
            raw(
                "POST /api/v1/replays HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"))
        .contains(" 415 ");
    assertThat(raw("GET /api/v1/events?x=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .contains(" 400 ");
    assertThat(send("HEAD", "/livez", null).body()).isEmpty();
    assertThat(send("GET", "/api/v1/targets", null).body()).doesNotContain("hidden");
  }

  /** Sends bytes as they are and gives the status line. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      byte[] answer = new byte[64];
      int read = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(read, 0), StandardCharsets.ISO_8859_1);
    }
  }
}
