package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.sink.SinkServer;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged relay, killed while it works. */
@Tag("once")
class CrashIT {
  private static final int EVENTS = 20_000;
  private static final int CONNECTIONS = 32;
  private static final int KILLS = 5;

  @TempDir private Path folder;

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void losesNoAcknowledgedEventAndStoresNoneTwiceThroughFiveKillsAndAStop() throws Exception {
    Platform platform = new Platform();
    platform.writeKey(folder.resolve("dev.pub.pem"));
    int ingress = freePort();
    int admin = freePort();
    try (SinkServer sink = SinkServer.configure().keep(4 * EVENTS).start()) {
      Path config =
          Files.writeString(
              folder.resolve("relay.yaml"),
              """
              ingress: {listen: "127.0.0.1:%d"}
              admin: {listen: "127.0.0.1:%d"}
              verification: {keys: [{scheme: ed25519, publicKeyFile: dev.pub.pem}]}
              store: {rocksdb: {path: data}}
              retryPolicies: {quick: {minBackoff: 100ms, maxBackoff: 1s, jitter: {on: none}, maxRetries: 100}}
              targets: {sink: {url: "%s", retry: quick}}
              routes: [{to: [sink]}]
              """
                  .formatted(ingress, admin, sink.url("/hooks")));
      URI webhooks = URI.create("http://127.0.0.1:" + ingress + "/webhooks");
      AtomicInteger next = new AtomicInteger();
      Set<String> acknowledged = ConcurrentHashMap.newKeySet();
      ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
      List<Future<?>> sending = new ArrayList<>();
      RelayProcess relay = new RelayProcess(config);
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          sending.add(senders.submit(() -> send(platform, webhooks, next, acknowledged)));
        }
        Random random = new Random(20261124);
        for (int kill = 1; kill <= KILLS; kill++) {
          int at = EVENTS * kill / (KILLS + 1) + random.nextInt(EVENTS / 20);
          await()
              .pollInterval(Duration.ofMillis(1))
              .atMost(Duration.ofSeconds(90))
              .until(() -> acknowledged.size() >= at);
          relay.kill();
          relay = new RelayProcess(config);
        }
        assertThat(acknowledged.size()).as("still under load").isLessThan(EVENTS);
        assertThat(relay.terminate()).as("exit code after SIGTERM under load").isZero();
        relay = new RelayProcess(config);
        for (Future<?> one : sending) {
          one.get();
        }
        await()
            .atMost(Duration.ofSeconds(90))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> delivered(sink).containsAll(acknowledged));
        List<String> stored = stored(admin);
        long requests = sink.count();
        System.out.printf(
            "acknowledged %d, reached the target %d (in %d requests), stored %d, distinct %d%n",
            acknowledged.size(),
            delivered(sink).size(),
            requests,
            stored.size(),
            Set.copyOf(stored).size());

        assertThat(acknowledged).hasSize(EVENTS);
        assertThat(stored).hasSize(EVENTS).doesNotHaveDuplicates();
        assertThat(relay.terminate()).as("exit code after SIGTERM").isZero();
      } finally {
        relay.close();
        senders.shutdownNow();
      }
    }
  }

  /** Sends the next event until it is acknowledged, as the platform would, only sooner. */
  private static void send(
      Platform platform, URI to, AtomicInteger next, Set<String> acknowledged) {
    for (int n = next.getAndIncrement(); n < EVENTS; n = next.getAndIncrement()) {
      String id = "w-" + n;
      byte[] body =
          Platform.body(id, "ContactCreate", "loc" + n % 7).getBytes(StandardCharsets.UTF_8);
      String signature = platform.sign(body);
      while (true) {
        try {
          int status = platform.post(to, body, signature).statusCode();
          if (status == 200) {
            acknowledged.add(id);
            break;
          }
          assertThat(status).isEqualTo(429);
        } catch (IOException connectionLost) {
          Thread.onSpinWait(); // killed meanwhile: send again
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private static Set<String> delivered(SinkServer sink) {
    Set<String> ids = ConcurrentHashMap.newKeySet();
    sink.requests().forEach(one -> ids.add(one.header("Webhook-Id")));
    return ids;
  }

  private static List<String> stored(int admin) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      URI page =
          URI.create("http://127.0.0.1:" + admin + "/api/v1/events?limit=1000&cursor=" + cursor);
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode json = new ObjectMapper().readTree(answer.body());
      json.path("events").forEach(event -> ids.add(event.path("webhookId").asText()));
      cursor = json.path("next").asText("");
      cursor = cursor.equals("null") ? "" : cursor;
    } while (!cursor.isEmpty());
    return ids;
  }
}
