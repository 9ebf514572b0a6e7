package io.ghlrelay.conformance.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.conformance.fault.FaultScript;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SinkServerTest {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private SinkServer sink;

  @BeforeEach
  void start() throws IOException {
    sink = SinkServer.configure().start();
  }

  @AfterEach
  void stop() throws IOException {
    sink.close();
  }

  private HttpRequest.Builder request(String body) {
    return HttpRequest.newBuilder(sink.url("/hook?x=1"))
        .timeout(Duration.ofSeconds(10))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return http.send(request(body).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void script(String text) {
    sink.script(FaultScript.parse(text));
  }

  @Test
  void keepsWhatItGetsOnOneConnection() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(post("{\"webhookId\":\"w" + i / 2 + "\"}").statusCode()).isEqualTo(200);
    }

    List<SinkRequest> requests = sink.requests();
    assertThat(requests).hasSize(20);
    assertThat(sink.connections()).isEqualTo(1);
    assertThat(requests.get(1).webhookId()).isEqualTo("w0");
    assertThat(requests.get(1).attempt()).isEqualTo(2);
    assertThat(requests.get(2).attempt()).isEqualTo(1);
    assertThat(requests.get(0).path()).isEqualTo("/hook?x=1");
    assertThat(requests.get(0).header("content-LENGTH")).isEqualTo("18");
  }

  @Test
  void answersWithStatusesAndHeaders() throws Exception {
    script("request 1: status 503 retry-after 7; request 2: redirect http://x.example/");

    HttpResponse<String> first = post("{}");
    assertThat(first.statusCode()).isEqualTo(503);
    assertThat(first.headers().firstValue("Retry-After")).contains("7");
    assertThat(post("{}").headers().firstValue("Location")).contains("http://x.example/");
    assertThat(post("{}").statusCode()).isEqualTo(200);
  }

  @Test
  void resetsForReal() throws Exception {
    script("*: reset_peer");
    try (Socket socket = raw("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")) {
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    assertThat(sink.count()).isEqualTo(1);
  }

  @Test
  void losesAnAnswerOnlyAfterTheHandlerHasWorked() throws Exception {
    List<String> worked = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (SinkServer busy =
        SinkServer.configure()
            .handler(
                request -> {
                  worked.add(request.text());
                  return SinkAnswer.of(200);
                })
            .script(FaultScript.parse("request 1: lose_answer; request 2: reset_peer"))
            .start()) {
      URI url = busy.url("/");
      for (int i = 0; i < 2; i++) {
        HttpRequest request =
            HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString("" + i)).build();
        assertThatThrownBy(() -> http.send(request, HttpResponse.BodyHandlers.discarding()))
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(worked).containsExactly("0");
  }

  @Test
  void hangsLagsAndDribbles() throws Exception {
    script(
        "request 1: timeout; request 2: latency 300ms; request 3: slicer 10B 20ms;"
            + " request 4: bandwidth 400B");

    assertThatThrownBy(
            () ->
                http.send(
                    request("{}").timeout(Duration.ofMillis(300)).build(),
                    HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(HttpTimeoutException.class);
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      assertThat(post("{}").body()).isEqualTo("{\"success\":true}");
      // 300 ms; about 10 slices with 9 pauses of 20 ms; about 100 bytes at 400 a second.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150));
    }
  }

  @Test
  void talksGarbageAndStopsInTheMiddle() {
    script("request 1: garbage; request 2: limit_data 10B");

    assertThatThrownBy(() -> post("{}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> post("{}")).isInstanceOf(IOException.class);
    assertThat(sink.count()).isEqualTo(2);
  }

  @Test
  void anEndlessBodyEndsWithTheSink() throws Exception {
    script("*: endless_body");
    HttpResponse<InputStream> answer =
        http.send(request("{}").build(), HttpResponse.BodyHandlers.ofInputStream());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body().readNBytes(10_000)).hasSize(10_000);
    sink.close();
    assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
  }

  @Test
  void readsChunksAndContinues() throws Exception {
    HttpRequest chunked =
        HttpRequest.newBuilder(sink.url("/"))
            .expectContinue(true)
            .POST(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new java.io.ByteArrayInputStream(new byte[100_000])))
            .build();

    assertThat(http.send(chunked, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    assertThat(sink.requests().get(0).body()).hasSize(100_000);
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    assertThat(answer("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(answer("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(answer("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(answer("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(answer("GET / HTTP/1.1\r\nX: " + "x".repeat(70_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  private Socket raw(String text) throws IOException {
    Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), sink.url("/").getPort());
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private String answer(String text) throws IOException {
    try (Socket socket = raw(text)) {
      return new String(socket.getInputStream().readNBytes(13), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void manyAtATimeAreAllCounted() {
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    http.sendAsync(
                            request("{\"webhookId\":\"w" + i + "\"}").build(),
                            HttpResponse.BodyHandlers.discarding())
                        .thenApply(HttpResponse::statusCode))
            .toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(200));
    assertThat(sink.count()).isEqualTo(200);
    assertThat(sink.requests().stream().map(SinkRequest::number).distinct()).hasSize(200);
  }

  @Test
  void closesThoughRequestsHang() throws Exception {
    script("*: timeout");
    CompletableFuture<?> hanging =
        http.sendAsync(request("{}").build(), HttpResponse.BodyHandlers.discarding());
    await().until(() -> sink.count() == 1);

    sink.close();

    await().atMost(Duration.ofSeconds(5)).until(hanging::isCompletedExceptionally);
    assertThatThrownBy(() -> post("{}")).isInstanceOf(IOException.class);
  }

  @Test
  void aWindowOfTimeBeginsWithTheScript() throws Exception {
    script("from 0s to 1h: status 503");
    assertThat(post("{}").statusCode()).isEqualTo(503);
    script("from 1h: status 503");
    assertThat(post("{}").statusCode()).isEqualTo(200);
  }
}
