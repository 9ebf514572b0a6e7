package io.ghlrelay.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.Relay;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.retry.JitterSource;
import io.ghlrelay.retry.RandomJitter;
import io.ghlrelay.store.postgres.TestDatabase;
import io.ghlrelay.time.SteadyClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** A relay in this process, with a platform that signs for it. */
public final class RelayFixture implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROCKSDB = "{rocksdb: {path: data}}";

  /** Relays that share a database have keys in common. */
  private static final Platform OF_ALL = new Platform();

  final Platform platform;
  private final Path config;
  private final HttpClient http = HttpClient.newHttpClient();
  final Relay relay;
  private final String store;
  private String ingress;

  public RelayFixture(Path folder, String targetsAndRoutes) throws Exception {
    this(folder, targetsAndRoutes, new SteadyClock(), new RandomJitter());
  }

  RelayFixture(Path folder, String targetsAndRoutes, Clock clock, JitterSource jitter)
      throws Exception {
    this(folder, new Platform(), ROCKSDB, "", targetsAndRoutes, clock, jitter);
  }

  /** With more settings of the ingress, each behind a comma. */
  RelayFixture(Path folder, String ingress, String targetsAndRoutes) throws Exception {
    this(
        folder,
        new Platform(),
        ROCKSDB,
        ingress,
        targetsAndRoutes,
        new SteadyClock(),
        new RandomJitter());
  }

  private RelayFixture(
      Path folder,
      Platform platform,
      String store,
      String ingress,
      String targetsAndRoutes,
      Clock clock,
      JitterSource jitter)
      throws Exception {
    this.platform = platform;
    this.store = store;
    this.ingress = ingress;
    platform.writeKey(folder.resolve("dev.pub.pem"));
    config = folder.resolve("relay.yaml");
    configure(targetsAndRoutes);
    relay = Relay.start(() -> new ConfigLoader(Map.of(), Map.of()).load(config), clock, jitter);
  }

  /** One of the relays on a database. */
  public static RelayFixture sharing(
      TestDatabase database, Path folder, String name, String targetsAndRoutes) throws Exception {
    String store =
        "{postgres: {url: \"%s\", user: %s, passwordFile: \"%s\", name: %s}}"
            .formatted(database.url(), database.user(), database.passwordFile(), name);
    return new RelayFixture(
        Files.createDirectories(folder.resolve(name)),
        OF_ALL,
        store,
        "",
        targetsAndRoutes,
        new SteadyClock(),
        new RandomJitter());
  }

  void configure(String settings, String targetsAndRoutes) throws java.io.IOException {
    ingress = settings;
    configure(targetsAndRoutes);
  }

  public void configure(String targetsAndRoutes) throws java.io.IOException {
    Files.writeString(
        config,
        """
        ingress: {listen: "127.0.0.1:0", maxBodySize: 64KiB, requestTimeout: 1s%s}
        admin: {listen: "127.0.0.1:0"}
        verification: {keys: [{scheme: ed25519, publicKeyFile: dev.pub.pem}]}
        store: %s
        """
                .formatted(ingress, store)
            + targetsAndRoutes);
  }

  URI webhooks() {
    return URI.create("http://127.0.0.1:" + relay.ingressAddress().getPort() + "/webhooks");
  }

  public URI admin(String path) {
    return URI.create("http://127.0.0.1:" + relay.adminAddress().getPort() + path);
  }

  /** Posts an event and gives its id. */
  public String post(String webhookId, String type, String location) throws Exception {
    HttpResponse<String> answer =
        platform.post(webhooks(), Platform.body(webhookId, type, location));
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body()).path("id").asText();
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  public JsonNode get(String path) throws Exception {
    return JSON.readTree(send(HttpRequest.newBuilder(admin(path))).body());
  }

  JsonNode postJson(String path, String body) throws Exception {
    return JSON.readTree(
        send(HttpRequest.newBuilder(admin(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)))
            .body());
  }

  JsonNode delivery(String eventId, int index) throws Exception {
    return get("/api/v1/events/" + eventId).path("deliveries").path(index);
  }

  @Override
  public void close() {
    relay.close();
  }
}
