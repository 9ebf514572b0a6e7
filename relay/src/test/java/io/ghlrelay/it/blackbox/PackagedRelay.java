package io.ghlrelay.it.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.schedule.RetryRules;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.simulator.SimulatorConfig;
import io.ghlrelay.it.RelayProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** {@code relay.jar} as a process, trusting the simulator's keys; its ports stay over restarts. */
final class PackagedRelay implements AutoCloseable {
  /** The retry rules of {@code ghl-2025} run so many times faster: 2,563 s take 12.8 s. */
  static final int FASTER = 200;

  static final RetryRules RULES = Profiles.GHL_2025.rules().dividedBy(FASTER);

  /** The same as a policy of the relay's, both timelines. */
  static final String POLICIES =
      """
      retryPolicies:
        scaled: {retryOn: [408, 429, 5xx, timeout, connection], minBackoff: 50ms, factor: 2, maxBackoff: 36s,
                 jitter: {on: first, min: 5ms, max: 50ms}, timeline: offsets, maxRetries: 10, maxDuration: 36s}
        intervals: {extends: scaled, timeline: intervals}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  final SigningKeys keys = SigningKeys.shared();
  private final Path folder;
  private final int ingress;
  private final int admin;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private RelayProcess process;

  PackagedRelay(Path folder, String settings) throws IOException, InterruptedException {
    this(folder, "", "rocksdb: {path: data}", settings);
  }

  PackagedRelay(Path folder, String verification, String store, String settings)
      throws IOException, InterruptedException {
    this.folder = folder;
    ingress = freePort();
    admin = freePort();
    Files.writeString(folder.resolve("ed.pem"), keys.publicPem(Scheme.ED25519));
    Files.writeString(folder.resolve("rsa.pem"), keys.publicPem(Scheme.RSA_SHA256));
    configure(verification, store, settings);
    process = new RelayProcess(config());
  }

  private Path config() {
    return folder.resolve("relay.yaml");
  }

  void configure(String verification, String store, String settings) throws IOException {
    Files.writeString(
        config(),
        """
        ingress: {listen: "127.0.0.1:%d", requestTimeout: 5s}
        admin: {listen: "127.0.0.1:%d"}
        verification:
          keys:
            - {scheme: ed25519, publicKeyFile: ed.pem}
            - {scheme: rsa-sha256, publicKeyFile: rsa.pem}
          %s
        store: {%s}
        """
                .formatted(ingress, admin, verification, store)
            + POLICIES
            + settings);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int ingressPort() {
    return ingress;
  }

  URI webhooks() {
    return URI.create("http://127.0.0.1:" + ingress + "/webhooks");
  }

  /** The platform in front of it. */
  SimulatorConfig platform() {
    return Simulator.configure().seed(20_261_124).keys(keys).target(webhooks());
  }

  void killAndRestart() throws IOException, InterruptedException {
    process.kill();
    process = new RelayProcess(config());
  }

  int stopAndRestart() throws IOException, InterruptedException {
    int code = process.terminate();
    process = new RelayProcess(config());
    return code;
  }

  /** Posts a body, signed by both schemes unless headers are given. */
  HttpResponse<String> post(String body) throws IOException, InterruptedException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return post(bytes, keys.headers(SignatureMode.ED25519, bytes));
  }

  HttpResponse<String> post(byte[] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    return send("POST", webhooks(), headers, body);
  }

  HttpResponse<String> send(String method, URI to, Map<String, String> headers, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to)
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    new HashMap<>(headers).forEach(request::header);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Posts and gives the event's id. */
  String id(String body) throws IOException, InterruptedException {
    HttpResponse<String> answer = post(body);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body()).path("id").asText();
  }

  URI admin(String path) {
    return URI.create("http://127.0.0.1:" + admin + path);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(
        http.send(HttpRequest.newBuilder(admin(path)).build(), HttpResponse.BodyHandlers.ofString())
            .body());
  }

  int status(String path) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(admin(path)).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  JsonNode call(String path, String json) throws IOException, InterruptedException {
    return JSON.readTree(
        send(
                "POST",
                admin(path),
                Map.of("Content-Type", "application/json"),
                json.getBytes(StandardCharsets.UTF_8))
            .body());
  }

  /** The delivery of an event to a target, with its attempts. */
  JsonNode delivery(String id, String target) throws IOException, InterruptedException {
    for (JsonNode one : get("/api/v1/events/" + id).path("deliveries")) {
      if (one.path("target").asText().equals(target)) {
        return one;
      }
    }
    return JSON.missingNode();
  }

  @Override
  public void close() {
    process.close();
  }
}
