package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.SlowRelay;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten times as many events as the store bears: what is acknowledged is kept, the rest comes again.
 */
@Tag("once")
class OverloadIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So the store bears 16 events a second. */
  private static final int MILLIS_PER_EVENT = 60;

  private static final int OFFERED_PER_SECOND = 170;
  private static final int OFFERED = 800;
  private static final int BODY = 128 << 10;

  /** A quarter of it may be taken by bodies under way. */
  private static final int HEAP_MIB = 128;

  private static final int DIRECT_MIB = 64;

  /** Heap and direct memory, and what RocksDB, code and threads take. */
  private static final int RESIDENT_MIB = HEAP_MIB + DIRECT_MIB + 300;

  @TempDir private Path folder;
  private final Platform platform = new Platform();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final Queue<String> strange = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private List<HttpRequest.Builder> events = List.of();

  /** Before anything is measured: signing takes longer than sending. */
  @BeforeEach
  void sign() {
    events = IntStream.range(0, OFFERED).parallel().mapToObj(this::signed).toList();
  }

  private HttpRequest.Builder signed(int i) {
    byte[] body =
        ("{\"webhookId\":\"" + id(i) + "\",\"pad\":\"" + "x".repeat(BODY - 40) + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    return HttpRequest.newBuilder()
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .header("X-GHL-Signature", platform.sign(body))
        .POST(BodyPublishers.ofByteArray(body));
  }

  private static String id(int i) {
    return "w" + i;
  }

  @Test
  void keepsWhatItAcknowledgesRefusesTheRestAndRecovers() throws Exception {
    Set<String> delivered = ConcurrentHashMap.newKeySet();
    try (SinkServer sink =
            SinkServer.configure()
                .keep(0)
                .listener(request -> delivered.add(request.header("Webhook-Id")))
                .start();
        RelayProcess relay = start(sink)) {
      Matcher ready =
          Pattern.compile(
                  "events at (http://[^/]*/webhooks), .* admin API at (http://[0-9.:]*[0-9])")
              .matcher(String.join("\n", relay.log));
      assertThat(ready.find()).isTrue();
      URI webhooks = URI.create(ready.group(1));
      URI admin = URI.create(ready.group(2));

      double seconds = offer(webhooks, admin);
      await().atMost(PATIENCE).until(() -> answered.get() == OFFERED);

      assertThat(strange).isEmpty();
      assertThat(refused).isNotEmpty();
      assertThat(acknowledged).hasSize(OFFERED - refused.size());
      await().atMost(PATIENCE).until(() -> delivered.size() >= acknowledged.size());
      assertThat(delivered).isEqualTo(acknowledged);

      String again = refused.iterator().next();
      assertThat(
              post(webhooks, Integer.parseInt(again.substring(1)))
                  .get(60, TimeUnit.SECONDS)
                  .statusCode())
          .as("one that was refused, sent again")
          .isEqualTo(200);
      await().atMost(PATIENCE).until(() -> delivered.contains(again));
      long resident = residentMiB(relay.pid());
      assertThat(resident).isLessThan(RESIDENT_MIB);
      assertThat(relay.log).noneMatch(line -> line.contains("OutOfMemory"));
      System.out.printf(
          "overload: %.0f events/s of %d KiB offered to a store that bears %d;"
              + " %d acknowledged, all delivered; %d answered 429; %d MiB resident at most%n",
          OFFERED / seconds,
          BODY >> 10,
          1000 / MILLIS_PER_EVENT,
          acknowledged.size(),
          refused.size(),
          resident);
    }
  }

  private RelayProcess start(SinkServer sink) throws Exception {
    platform.writeKey(folder.resolve("dev.pub.pem"));
    Path config =
        Files.writeString(
            folder.resolve("relay.yaml"),
            """
            ingress: {listen: "127.0.0.1:0", requestTimeout: 60s}
            admin: {listen: "127.0.0.1:0"}
            verification: {keys: [{scheme: ed25519, publicKeyFile: dev.pub.pem}]}
            store: {rocksdb: {path: data}}
            targets: {crm: {url: "%s"}}
            routes: [{to: [crm]}]
            """
                .formatted(sink.url("/in")));
    return RelayProcess.of(
        SlowRelay.class,
        List.of("-Xmx" + HEAP_MIB + "m", "-XX:MaxDirectMemorySize=" + DIRECT_MIB + "m"),
        config.toString(),
        String.valueOf(MILLIS_PER_EVENT));
  }

  /** Sends at the rate, whatever the answers do; gives the seconds that it took. */
  private double offer(URI webhooks, URI admin) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < OFFERED; i++) {
      long due = start + TimeUnit.SECONDS.toNanos(i) / OFFERED_PER_SECOND;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      String id = id(i);
      var unused = post(webhooks, i).whenComplete((answer, failure) -> note(id, answer, failure));
      if (i % 200 == 199) {
        // A relay that refuses some still takes others: nobody is to take it out of service.
        assertThat(get(admin.resolve("/readyz"))).isEqualTo(200);
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private CompletableFuture<HttpResponse<String>> post(URI to, int i) {
    return http.sendAsync(events.get(i).copy().uri(to).build(), BodyHandlers.ofString());
  }

  private void note(String id, HttpResponse<String> answer, Throwable failure) {
    if (failure != null) {
      strange.add(id + ": " + failure);
    } else if (answer.statusCode() == 200) {
      acknowledged.add(id);
    } else if (answer.statusCode() == 429
        && answer.headers().map().getOrDefault("retry-after", List.of()).equals(List.of("5"))) {
      refused.add(id);
    } else {
      strange.add(id + ": " + answer.statusCode() + " " + answer.headers().map());
    }
    answered.incrementAndGet();
  }

  private int get(URI uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  /** The most that a process has had in memory; 0 where the system does not tell. */
  private static long residentMiB(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    return Files.exists(status)
        ? Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
            .sum()
        : 0;
  }
}
