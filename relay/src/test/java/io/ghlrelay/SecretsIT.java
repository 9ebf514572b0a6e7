package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.sink.SinkAnswer;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.it.PlantedSecrets;
import io.ghlrelay.it.RelayProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * A secret in every place that takes one is found in nothing that the relay puts out: log, API,
 * console, command line, store. A new place is one more line of {@link #CONFIG}.
 */
@Tag("once")
class SecretsIT {
  private static final String CONFIG =
      """
      ingress: {listen: "127.0.0.1:INGRESS"}
      admin: {listen: "127.0.0.1:ADMIN", token: "${file:admin-token}", auditFile: audit.jsonl}
      verification: {keys: [{scheme: ed25519, publicKeyFile: dev.pub.pem}]}
      store:
        engine: rocksdb
        rocksdb: {path: data}
        postgres: {url: "postgresql://127.0.0.1:1/relay", passwordFile: database-password}
      targets:
        crm:
          url: "SINKhook?key=@url-query@"
          headers:
            X-From-File: "${file:header-in-a-file}"
            X-From-Environment: "${HEADER_IN_THE_ENVIRONMENT}"
            X-Token: "@header-in-the-configuration@"
            Authorization: "Bearer ${file:bearer}"
          sign:
            secretFile: signing
            previousSecrets: [{secretFile: signing-before, until: "2099-01-01T00:00:00Z"}]
        basic:
          url: "SINKbasic"
          auth: {basic: {user: "${BASIC_USER}", passwordFile: basic-password}}
        bearer:
          url: "SINKbearer"
          auth: {bearer: {tokenFile: bearer-token}}
        oauth:
          url: "SINKoauth"
          auth: {oauth2: {tokenUrl: "SINKtoken", clientId: relay, clientSecretFile: client-secret}}
      routes: [{to: [crm, basic, bearer, oauth]}]
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What no target gets. */
  private static final Set<String> NOT_FOR_TARGETS = Set.of("admin-token", "database-password");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final SigningKeys keys = SigningKeys.generate();
  private final Map<String, String> outputs = new LinkedHashMap<>();
  @TempDir private Path folder;
  private int ingress;
  private int admin;
  private PlantedSecrets secrets;

  /** What the token endpoint gives out. */
  private volatile String givenToken = "";

  private SinkServer sink;
  private Path config;

  @BeforeEach
  void configure() throws IOException {
    sink = SinkServer.configure().handler(this::repeat).start();
    ingress = freePort();
    admin = freePort();
    secrets =
        new PlantedSecrets(
            folder,
            CONFIG
                .replace("INGRESS", "" + ingress)
                .replace("ADMIN", "" + admin)
                .replace("SINK", sink.url("/").toString()));
    givenToken = secrets.plant("given-token");
    Files.writeString(folder.resolve("dev.pub.pem"), keys.publicPem(Scheme.ED25519));
    config = Files.writeString(folder.resolve("relay.yaml"), secrets.yaml());
  }

  @AfterEach
  void closeSink() throws IOException {
    sink.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Repeats everything that it was sent, as badly made services do on errors. */
  private SinkAnswer repeat(SinkRequest request) {
    if (request.path().startsWith("/token")) {
      return new SinkAnswer(
          200,
          Map.of("Content-Type", "application/json"),
          "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}"
              .formatted(givenToken)
              .getBytes(StandardCharsets.UTF_8));
    }
    return new SinkAnswer(
        request.text().contains("\"good") ? 200 : 503,
        Map.of("Content-Type", "text/plain"),
        ("You sent " + request.path() + " with " + request.headers())
            .getBytes(StandardCharsets.UTF_8));
  }

  private void put(String what, String output) {
    outputs.merge(what, output, (a, b) -> a + b);
  }

  private String call(String method, String path, @Nullable String token, @Nullable String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    HttpResponse<String> response =
        http.send(
            request
                .method(
                    method,
                    body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    put(
        method + " " + path,
        response.statusCode() + " " + response.headers().map() + "\n" + response.body());
    return response.body();
  }

  private void post(String webhookId, boolean signed) throws Exception {
    byte[] body =
        "{\"type\":\"ContactCreate\",\"locationId\":\"loc1\",\"webhookId\":\"%s\"}"
            .formatted(webhookId)
            .getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingress + "/webhooks"))
                .header("Content-Type", "application/json")
                .header("X-GHL-Signature", signed ? keys.sign(Scheme.ED25519, body) : "bad")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(signed ? 200 : 401);
    put("ingress", response.headers().map() + response.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "human"})
  void areInNothingThatIsPutOut(String format) throws Exception {
    Map<String, String> environment = new LinkedHashMap<>(secrets.environment());
    environment.put("RELAY_LOG_LEVEL", "TRACE");
    environment.put("RELAY_LOG_FORMAT", format);
    RelayProcess relay = new RelayProcess(config, environment);
    try (relay) {
      String token = secrets.secret("admin-token");
      CompletableFuture<String> stream = stream(token);
      post("bad1", true);
      post("good1", true);
      post("forged", false);
      String event = event(token);
      await()
          .atMost(PATIENCE)
          .until(() -> call("GET", "/api/v1/events/" + event, token, null).contains("You sent"));
      targetsGotThem();

      everyOperation(token, event);
      commandLine(event);
      process(relay);
      Files.writeString(config, secrets.yaml().replace("headers:", "headres:"));
      call("POST", "/api/v1/reload", token, "{}");
      relay.signal("HUP");
      await()
          .atMost(PATIENCE)
          .until(() -> relay.log.stream().anyMatch(line -> line.contains("headres")));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  call("GET", "/api/v1/audit?limit=1", token, null)
                      .contains("\"who\":\"process\",\"from\":null,\"action\":\"reload\""));
      put("audit.jsonl", Files.readString(folder.resolve("audit.jsonl")));
      put("stream", stream.get(30, TimeUnit.SECONDS));
      assertThat(relay.terminate()).isZero();
    }
    put("log", String.join("\n", relay.log));

    assertThat(outputs.get("stream")).as("attempts are streamed").contains("event: delivery");
    assertThat(outputs.get("log")).as("all is logged").containsAnyOf("TRACE", "DEBUG");
    outputs.forEach((what, output) -> assertThat(secrets.in(output)).as(what).isEmpty());
    assertThat(secrets.inFiles(folder.resolve("data"))).isEmpty();
  }

  /** Else the test would prove nothing. */
  private void targetsGotThem() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              StringBuilder sent = new StringBuilder();
              sink.requests().forEach(one -> sent.append(one.path()).append(one.headers()));
              List<String> found = secrets.in(sent.toString());
              for (String name : secrets.all().keySet()) {
                if (!name.startsWith("signing") && !NOT_FOR_TARGETS.contains(name)) {
                  assertThat(found).as("sent").anyMatch(what -> what.startsWith(name));
                }
              }
            });
    SinkRequest signed =
        sink.requests().stream()
            .filter(one -> one.path().startsWith("/hook"))
            .findFirst()
            .orElseThrow();
    assertThat(signed.header("webhook-signature").split(" ")).hasSize(2);
  }

  private String event(String token) throws Exception {
    JsonNode events = JSON.readTree(call("GET", "/api/v1/events?webhookId=bad1", token, null));
    return events.path("events").path(0).path("id").asText();
  }

  /** Reads the live stream until attempts have come. */
  private CompletableFuture<String> stream(String token) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/api/v1/stream"))
            .header("Authorization", "Bearer " + token)
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
        .thenApplyAsync(
            response -> {
              StringBuilder read = new StringBuilder(response.headers().map().toString());
              byte[] buffer = new byte[8192];
              try (InputStream in = response.body()) {
                while (!read.toString().contains("event: delivery")) {
                  int count = in.read(buffer);
                  if (count < 0) {
                    break;
                  }
                  read.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                }
              } catch (IOException e) {
                read.append(e);
              }
              return read.toString();
            });
  }

  /** All that the document knows, and what it does not. */
  private void everyOperation(String token, String event) throws Exception {
    call("POST", "/api/v1/replays", token, "{\"background\":true}");
    call("POST", "/api/v1/purges", token, "{\"location\":\"none\",\"dryRun\":true}");
    call("POST", "/api/v1/session", null, "{\"token\":\"" + token + "\"}");
    call("POST", "/api/v1/session", null, "{\"token\":\"" + token + "x\"}");
    call("POST", "/api/v1/session", null, "{\"token\":" + token + "}");
    JsonNode paths = JSON.readTree(call("GET", "/openapi.json", token, null)).path("paths");
    List<String> asked = new ArrayList<>();
    paths
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(m -> asked.add(m + " " + path.getKey())));
    assertThat(asked).hasSizeGreaterThan(25);
    for (String operation : asked) {
      String method = operation.substring(0, operation.indexOf(' ')).toUpperCase(Locale.ROOT);
      String template = operation.substring(operation.indexOf(' ') + 1);
      String path =
          template
              .replace("{name}", "crm")
              .replace("{path}", "app.js")
              .replace("{id}", template.contains("events") ? event : id(template));
      if (path.equals("/api/v1/stream")) {
        continue; // has no end; it is read beside
      }
      String body = method.equals("GET") ? null : "{}";
      call(method, path, token, body);
      call(method, path, token + "x", body);
      call(method, path, null, body);
      call(method, path + "?token=" + "wrong", token, body);
    }
    call("POST", "/api/v1/targets/crm/resume", token, "{}");
    call("GET", "/api/v1/none", token, null);
  }

  private static String id(String template) {
    return template.contains("replays") ? "replay-1" : "purge-1";
  }

  /** The verbs, in this process; and those that read the configuration, in one of their own. */
  private void commandLine(String event) throws Exception {
    String[] where = {
      "--admin",
      "http://127.0.0.1:" + admin,
      "--token-file",
      folder.resolve("admin-token").toString()
    };
    for (String verb :
        List.of(
            "status",
            "status --json",
            "events",
            "events --json",
            "show " + event,
            "show --json " + event,
            "targets",
            "targets --json",
            "targets pause crm",
            "targets resume crm",
            "relays",
            "relays --json",
            "replay --state delivered --dry-run",
            "replay " + event,
            "purge --location none --dry-run",
            "purge --location none --dry-run --json",
            "reload",
            "readyz")) {
      List<String> arguments = new ArrayList<>(List.of(verb.split(" ")));
      arguments.addAll(List.of(where));
      StringWriter out = new StringWriter();
      CommandLine line = Main.commandLine(arguments.get(0));
      line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
      int code = line.execute(arguments.toArray(String[]::new));
      put(verb, out.toString());
      assertThat(code).as("%s: %s", verb, out).isZero();
    }
    put("check", java(0, "-jar", System.getProperty("relay.jar"), "check", "-c", "" + config));
    put(
        "status of -c",
        java(0, "-jar", System.getProperty("relay.jar"), "status", "-c", "" + config));
  }

  private String java(int code, String... arguments) throws Exception {
    return run(code, Path.of(System.getProperty("java.home"), "bin", "java"), arguments);
  }

  private String run(int code, Path program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().putAll(secrets.environment());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String printed = Files.readString(out, StandardCharsets.ISO_8859_1);
    assertThat(process.exitValue()).as(printed).isEqualTo(code);
    Files.delete(out);
    return printed;
  }

  /** What another user of the machine, or a bug report, sees of the process. */
  private void process(RelayProcess relay) throws Exception {
    Path proc = Path.of("/proc", Long.toString(relay.pid()), "cmdline");
    if (Files.exists(proc)) {
      put("command line", Files.readString(proc, StandardCharsets.ISO_8859_1));
    }
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (Files.exists(jcmd)) {
      for (String what : List.of("Thread.print", "VM.command_line", "VM.system_properties")) {
        put(what, run(0, jcmd, Long.toString(relay.pid()), what));
      }
    }
  }

  @Test
  void areNotInTheWordsOfAStartThatFails() throws Exception {
    String key = "-----BEGIN PRIVATE KEY-----\n" + secrets.secret("bearer") + "\n";
    Files.writeString(folder.resolve("key.pem"), key);
    String[] serve = {"-jar", System.getProperty("relay.jar"), "serve", "-c", "" + config};
    Files.writeString(
        config,
        secrets
            .yaml()
            .replaceFirst("ingress: \\{", "ingress: {tls: {certificate: key.pem, key: key.pem}, "));
    put("tls", java(78, serve));
    assertThat(outputs.get("tls")).contains("ingress.tls");
    Files.writeString(config, secrets.yaml().replace("token: ", "token:"));
    put("configuration", java(78, serve));
    Files.writeString(
        config,
        secrets
            .yaml()
            .replace("secretFile: signing\n", "secretFile: " + secrets.secret("signing") + "\n"));
    put("secret for a file", java(78, serve));
    outputs.forEach((what, output) -> assertThat(secrets.in(output)).as(what).isEmpty());
  }
}
