package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every row of the ingress contract, as bytes on a socket. */
class IngressIT {
  @TempDir private Path folder;
  private RelayFixture relay;

  @BeforeEach
  void start() throws Exception {
    relay = new RelayFixture(folder, "targets: {}\n");
  }

  @AfterEach
  void stop() {
    relay.close();
  }

  private String post(String body) throws Exception {
    HttpResponse<String> answer = relay.platform.post(relay.webhooks(), body);
    return answer.statusCode() + " " + answer.body();
  }

  /** Sends text as it is, and reads until the relay closes or has answered so many times. */
  private String raw(String request, int answers) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), relay.relay.ingressAddress().getPort())) {
      socket.setSoTimeout(15_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      byte[] chunk = new byte[4096];
      try {
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          got.write(chunk, 0, read);
          String text = got.toString(StandardCharsets.ISO_8859_1);
          if (answers > 0
              && text.split("HTTP/1.1 [2-5]", -1).length > answers
              && text.endsWith("}")) {
            break;
          }
        }
      } catch (SocketException reset) {
        got.writeBytes("(reset)".getBytes(StandardCharsets.ISO_8859_1));
      }
      return got.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static final String POST = "POST /webhooks HTTP/1.1\r\nHost: relay\r\n";

  @Test
  void answersAsTheContractSays() throws Exception {
    String first = post("{\"webhookId\":\"w1\"}");
    assertThat(first).startsWith("200 {\"success\":true,\"id\":\"");
    String id = first.substring(first.indexOf("id\":\"") + 5, first.indexOf("id\":\"") + 41);
    assertThat(post("{\"webhookId\":\"w1\"}"))
        .isEqualTo("200 {\"success\":true,\"id\":\"" + id + "\",\"duplicate\":true}");
    assertThat(post("{\"webhookId\":\"w1\",\"other\":1}")).startsWith("200").doesNotContain(id);
    assertThat(
            relay
                .get("/api/v1/events?webhookId=w1")
                .path("events")
                .get(0)
                .path("conflict")
                .asBoolean())
        .isTrue();
    assertThat(post("[1,2]")).startsWith("200");
    assertThat(post("[1,2]")).startsWith("200").contains("duplicate");
    assertThat(post("not json")).startsWith("200");
    assertThat(post("")).startsWith("200");
    assertThat(post("{\"type\":\"NeverHeardOf\"}")).startsWith("200");
    assertThat(relay.get("/api/v1/events?state=unrouted").path("events")).hasSize(6);
  }

  @Test
  void refusesWhatIsNotSignedAndStoresNothingOfIt() throws Exception {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    String good = relay.platform.sign(body);

    for (String signature :
        new String[] {
          "", "x", "N/A", good.substring(1), good + "=", relay.platform.sign(new byte[1])
        }) {
      HttpResponse<String> answer = relay.platform.post(relay.webhooks(), body, signature);
      assertThat(answer.statusCode()).as(signature).isEqualTo(401);
      assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
      assertThat(relay.platform.post(relay.webhooks(), body, good).statusCode())
          .as("a genuine one right after")
          .isEqualTo(200);
    }
    assertThat(relay.get("/api/v1/events").path("events")).hasSize(1);
  }

  @Test
  void boundsEveryRequest() throws Exception {
    assertThat(raw("GET /webhooks HTTP/1.1\r\nHost: r\r\n\r\n", 1))
        .startsWith("HTTP/1.1 405 ")
        .containsIgnoringCase("allow: POST");
    assertThat(raw("POST /other HTTP/1.1\r\nHost: r\r\nContent-Length: 0\r\n\r\n", 1))
        .startsWith("HTTP/1.1 404 ");
    assertThat(raw(POST + "Content-Length: 65537\r\n\r\n", 0)).startsWith("HTTP/1.1 413 ");
    assertThat(
            raw(
                POST
                    + "Transfer-Encoding: chunked\r\n\r\n10001\r\n"
                    + "x".repeat(0x10001)
                    + "\r\n0\r\n\r\n",
                0))
        .startsWith("HTTP/1.1 413 ");
    assertThat(raw(POST + "X: " + "y".repeat(20_000) + "\r\n\r\n", 0)).startsWith("HTTP/1.1 431 ");
    assertThat(raw("POST /" + "y".repeat(20_000) + " HTTP/1.1\r\n\r\n", 0))
        .startsWith("HTTP/1.1 414 ");
    assertThat(raw("POST /webhooks\r\n\r\n", 0)).startsWith("HTTP/1.1 400 ");
    assertThat(raw(POST + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0))
        .startsWith("HTTP/1.1 400 ");
    assertThat(raw(POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 0))
        .startsWith("HTTP/1.1 400 ");
    assertThat(raw(POST + "Content-Length: nine\r\n\r\n", 0)).startsWith("HTTP/1.1 400 ");
    assertThat(raw(POST + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 1))
        .startsWith("HTTP/1.1 415 ")
        .containsIgnoringCase("accept-encoding: identity");
    assertThat(raw(POST + "Expect: miracles\r\nContent-Length: 0\r\n\r\n", 1))
        .startsWith("HTTP/1.1 417 ");
  }

  @Test
  void givesUpOnASlowSender() throws Exception {
    assertThat(raw(POST + "Content-Length: 10\r\n\r\nxx", 0)).startsWith("HTTP/1.1 408 ");
    assertThat(raw("POST /webh", 0)).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void takesChunkedPipelinedAndExpectingSenders() throws Exception {
    String signature = relay.platform.sign("{}".getBytes(StandardCharsets.UTF_8));
    String signed = POST + "X-GHL-Signature: " + signature + "\r\n";
    String chunked = signed + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    String plain = signed + "Content-Length: 2\r\n\r\n{}";

    String answers = raw(chunked + plain + "GET / HTTP/1.1\r\nHost: r\r\n\r\n" + plain, 4);
    assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
    assertThat(answers.indexOf("404"))
        .isBetween(answers.indexOf("duplicate"), answers.lastIndexOf("duplicate"));

    assertThat(raw(signed + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 1))
        .startsWith("HTTP/1.1 100 ")
        .contains("HTTP/1.1 200 ");
  }

  @Test
  void genuineEventsPassWhileForgedOnesPourIn() throws Exception {
    ExecutorService forgers = Executors.newFixedThreadPool(8);
    AtomicBoolean stop = new AtomicBoolean();
    byte[] body = "{\"forged\":1}".getBytes(StandardCharsets.UTF_8);
    String wrong = relay.platform.sign(new byte[1]);
    try {
      for (int i = 0; i < 8; i++) {
        Future<?> unused =
            forgers.submit(
                () -> {
                  while (!stop.get()) {
                    try {
                      relay.platform.post(relay.webhooks(), body, wrong);
                    } catch (IOException closed) {
                      Thread.onSpinWait();
                    }
                  }
                  return null;
                });
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> metric("relay_signature_checks_total{result=\"wrong\",scheme=\"none\"}") > 300);
      long start = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        assertThat(post("{\"webhookId\":\"genuine-" + i + "\"}")).startsWith("200");
      }
      System.out.printf(
          "50 genuine events in %.0f ms beside a flood from the same address%n",
          (System.nanoTime() - start) / 1e6);
    } finally {
      stop.set(true);
      forgers.shutdownNow();
    }
    assertThat(relay.get("/api/v1/events?limit=1000").path("events")).hasSize(50);
  }

  private double metric(String name) throws Exception {
    String metrics = relay.send(HttpRequest.newBuilder(relay.admin("/metrics"))).body();
    return metrics
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
