package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.Relay;
import io.ghlrelay.TestCertificates;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.conformance.sink.SinkServer;
import io.ghlrelay.store.EventId;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events over HTTP/2: each stream is bounded and answered as a request of HTTP/1.1 is. */
class Http2IT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TLS = ", tls: {certificate: chain.pem, key: key.pem}";

  @TempDir private Path folder;
  private HttpClient http;

  @BeforeEach
  void certify() throws Exception {
    TestCertificates certificate = TestCertificates.valid();
    certificate.write(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(TestCertificates.trusting(certificate))
            .connectTimeout(PATIENCE)
            .build();
  }

  private static URI webhooks(Relay relay) {
    return URI.create("https://127.0.0.1:" + relay.ingressAddress().getPort() + "/webhooks");
  }

  private static HttpRequest.Builder signed(RelayFixture relay, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(webhooks(relay.relay))
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .header("X-GHL-Signature", relay.platform.sign(bytes))
        .POST(BodyPublishers.ofByteArray(bytes));
  }

  private CompletableFuture<HttpResponse<String>> post(RelayFixture relay, String webhookId) {
    return http.sendAsync(
        signed(relay, Platform.body(webhookId, "ContactCreate", "loc1")).build(),
        BodyHandlers.ofString());
  }

  @Test
  void aHundredEventsAtOnceOnOneConnectionAreAcknowledgedAndDelivered() throws Exception {
    try (SinkServer sink = SinkServer.configure().start();
        RelayFixture relay =
            new RelayFixture(
                folder,
                TLS,
                "targets: {crm: {url: \"" + sink.url("/in") + "\"}}\nroutes: [{to: [crm]}]\n")) {
      assertThat(post(relay, "first").join().statusCode()).isEqualTo(200);
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 100).mapToObj(i -> post(relay, "w" + i)).toList();

      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.join().statusCode()).isEqualTo(200);
        assertThat(answer.join().version()).isEqualTo(HttpClient.Version.HTTP_2);
      }
      await().atMost(PATIENCE).until(() -> sink.count() == 101);
      assertThat(sink.requests())
          .allSatisfy(
              request -> {
                assertThat(request.header("Content-Type")).isEqualTo("application/json");
                assertThat(request.header("x-http2-stream-id")).isEmpty();
                assertThat(request.header("x-http2-scheme")).isEmpty();
              });
    }
  }

  @Test
  void aRequestBeyondTheLimitsIsRefusedOnItsStreamAlone() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n")) {
      post(relay, "first").join();
      var tooLarge =
          http.sendAsync(signed(relay, "x".repeat(65_537)).build(), BodyHandlers.ofString());
      var unannounced =
          http.sendAsync(
              signed(relay, "")
                  .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[1 << 20])))
                  .build(),
              BodyHandlers.ofString());
      var headers =
          http.sendAsync(
              signed(relay, "{}").header("X-Long", "~".repeat(17_000)).build(),
              BodyHandlers.ofString());
      var elsewhere =
          http.sendAsync(
              HttpRequest.newBuilder(webhooks(relay.relay).resolve("/other")).build(),
              BodyHandlers.ofString());
      var unsigned =
          http.sendAsync(
              HttpRequest.newBuilder(webhooks(relay.relay))
                  .POST(BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.ofString());
      List<CompletableFuture<HttpResponse<String>>> genuine =
          IntStream.range(0, 20).mapToObj(i -> post(relay, "w" + i)).toList();

      assertThat(tooLarge.join().statusCode()).isEqualTo(413);
      assertThat(tooLarge.join().headers().firstValue("Content-Type"))
          .contains("application/problem+json");
      assertThat(unannounced.join().statusCode()).isEqualTo(413);
      assertThat(headers.join().statusCode()).isEqualTo(431);
      assertThat(elsewhere.join().statusCode()).isEqualTo(404);
      assertThat(unsigned.join().statusCode()).isEqualTo(401);
      assertThat(genuine).allSatisfy(one -> assertThat(one.join().statusCode()).isEqualTo(200));
      assertThat(relay.send(HttpRequest.newBuilder(relay.admin("/metrics"))).body())
          .contains("relay_events_received_total{outcome=\"headers_too_large\"} 1.0")
          .contains("relay_events_received_total{outcome=\"too_large\"} 2.0");
    }
  }

  /** A reset that names an error would let the client throw the answer away. */
  @Test
  void aRefusalOfHeadersReachesAClientThatIsStillSending() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      client.headers(
          client.newStream(), RawHttp2.post("/webhooks").add("x-long", "~".repeat(17_000)), false);
      await().atMost(PATIENCE).until(() -> client.seen().size() > 1);
      assertThat(client.seen()).containsExactly("status 431", "reset 0");
    }
  }

  @Test
  void aSlowStreamIsGivenUpAndTheOthersAreNot() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      Http2FrameStream slow = client.newStream();
      client.headers(slow, RawHttp2.post("/webhooks"), false);
      client.data(slow, new byte[] {'{'}, false);
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 408"));

      send(relay, client, "{}");
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 200"));
      assertThat(client.channel.isActive()).isTrue();
    }
  }

  private static Http2FrameStream send(RelayFixture relay, RawHttp2 client, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    Http2FrameStream stream = client.newStream();
    client.headers(stream, signedHead(relay, bytes), false);
    client.data(stream, bytes, true);
    return stream;
  }

  private static Http2Headers signedHead(RelayFixture relay, byte[] body) {
    return RawHttp2.post("/webhooks").add("x-ghl-signature", relay.platform.sign(body));
  }

  @Test
  void aRapidResetEndsItsConnectionAndNoOther() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      post(relay, "before").join();
      rapidReset(client, 150);
      send(relay, client, "{}");
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 200"));
      rapidReset(client, 100);
      await().atMost(PATIENCE).until(() -> client.seen().contains("closed"));
      assertThat(post(relay, "after").join().statusCode()).isEqualTo(200);
    }
  }

  private static void rapidReset(RawHttp2 client, int streams) {
    for (int i = 0; i < streams; i++) {
      Http2FrameStream stream = client.newStream();
      client.headers(stream, RawHttp2.post("/webhooks"), false);
      client.reset(stream);
    }
  }

  @Test
  void aMalformedRequestIsRefusedOnItsStreamAlone() throws Exception {
    List<Http2Headers> malformed =
        List.of(
            malformed().method("POST").path("/webhooks"), // no scheme
            malformed().method("POST").path("/webhooks").scheme("https").add("X-Upper", "case"),
            malformed().method("POST").path("/webhooks").scheme("https").add("connection", "close"),
            malformed().method("POST").path("/webhooks").scheme("https").add("x-line", "a\r\nb"),
            malformed().method("POST").path("/webhooks").scheme("https").add("content-length", "9"),
            malformed().method("POST").path("/webhooks").scheme("https").add(":extra", "1"));
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      for (int i = 0; i < malformed.size(); i++) {
        Http2FrameStream stream = client.newStream();
        client.headers(stream, malformed.get(i), true);
        int soFar = i + 1;
        await().atMost(PATIENCE).until(() -> client.seen().size() >= soFar);
      }
      assertThat(client.seen())
          .containsExactly("status 400", "reset 1", "reset 1", "reset 1", "reset 1", "reset 1");
      send(relay, client, "{}");
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 200"));
      assertThat(client.channel.isActive()).isTrue();
    }
  }

  private static Http2Headers malformed() {
    return new DefaultHttp2Headers(false);
  }

  /** The same by mistakes for which the server itself resets the streams (CVE-2025-55163). */
  @Test
  void aRapidResetOfTheServersMakingEndsItsConnectionAndNoOther() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      post(relay, "before").join();
      for (int made = 50; made <= 150; made += 50) { // a client may have 100 open
        makeReset(client, 50);
        int soFar = made;
        await().atMost(PATIENCE).until(() -> client.seen().size() == soFar);
      }
      assertThat(client.seen()).containsOnly("reset 1");
      send(relay, client, "{}");
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 200"));
      makeReset(client, 75);
      await().atMost(PATIENCE).until(() -> client.seen().contains("closed"));
      assertThat(post(relay, "after").join().statusCode()).isEqualTo(200);
    }
  }

  private static void makeReset(RawHttp2 client, int streams) {
    for (int i = 0; i < streams; i++) {
      Http2FrameStream stream = client.newStream();
      client.headers(stream, RawHttp2.post("/webhooks"), false);
      client.windowOfNothing(stream);
    }
  }

  @Test
  void aFloodOfPingsEndsItsConnectionAndNoOther() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
        RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      post(relay, "before").join();
      for (int i = 0; i < 600; i++) {
        client.write(new DefaultHttp2PingFrame(i));
      }
      await().atMost(PATIENCE).until(() -> client.seen().contains("closed"));
      assertThat(post(relay, "after").join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void withoutTlsItIsNotSpoken() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, "targets: {}\n");
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), relay.relay.ingressAddress().getPort())) {
      socket.setSoTimeout(15_000);
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void aClientWithoutHttp2GetsHttp1() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n")) {
      HttpResponse<String> answer =
          http.send(
              signed(relay, "{}").version(HttpClient.Version.HTTP_1_1).build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
  }

  @Test
  void aRelayThatStopsAnswersWhatIsUnderWayAndSaysSo() throws Exception {
    RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
    try (RawHttp2 client = new RawHttp2(relay.relay.ingressAddress().getPort())) {
      byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
      Http2FrameStream stream = client.newStream();
      client.headers(stream, signedHead(relay, body), false);
      send(relay, client, "{\"webhookId\":\"other\"}");
      await().atMost(PATIENCE).until(() -> client.seen().contains("status 200"));

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(relay::close);
      await().atMost(PATIENCE).until(() -> client.seen().contains("goaway 0 " + Integer.MAX_VALUE));
      client.data(stream, body, true);
      stopped.join();
      await().atMost(PATIENCE).until(() -> client.seen().contains("closed"));
      assertThat(client.seen().stream().filter("status 200"::equals)).hasSize(2);
      assertThat(client.seen()).contains("goaway 0 5");
    }
  }

  @Test
  void stoppingUnderLoadLosesNothingThatWasAcknowledged() throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();
    RelayFixture relay = new RelayFixture(folder, TLS, "targets: {}\n");
    post(relay, "first").join();
    Semaphore inFlight = new Semaphore(50);
    CompletableFuture<Void> stopping = null;
    for (int i = 0; broken.isEmpty() && i < 1_000_000; i++) {
      inFlight.acquire();
      var unused =
          post(relay, "w" + i)
              .whenComplete(
                  (answer, failure) -> {
                    inFlight.release();
                    if (failure != null) {
                      broken.add(failure);
                    } else if (answer.statusCode() == 200) {
                      String text = answer.body();
                      acknowledged.add(
                          text.substring(text.indexOf("id\":\"") + 5, text.length() - 2));
                    }
                  });
      if (stopping == null && acknowledged.size() > 300) {
        stopping = CompletableFuture.runAsync(relay::close);
      }
    }
    inFlight.acquire(50);
    stopping.join();
    assertThat(broken)
        .allSatisfy(
            failure ->
                assertThat(failure instanceof CompletionException ? failure.getCause() : failure)
                    .isInstanceOf(IOException.class));

    List<String> lost = new ArrayList<>();
    try (Relay again =
        Relay.start(
            () -> new ConfigLoader(Map.of(), Map.of()).load(folder.resolve("relay.yaml")))) {
      for (String id : acknowledged) {
        if (again.store().body(EventId.parse(id)).isEmpty()) {
          lost.add(id);
        }
      }
    }
    assertThat(lost).isEmpty();
    System.out.printf(
        "stopped under load over HTTP/2: %d acknowledged, 0 lost, %d sent again by the platform%n",
        acknowledged.size(), broken.size());
  }
}
