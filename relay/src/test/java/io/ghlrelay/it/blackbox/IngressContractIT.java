package io.ghlrelay.it.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.EventCatalogue;
import io.ghlrelay.conformance.payload.EventType;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.DeliveryState;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkRequest;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of request gets, and that it is stored and forwarded byte for byte. */
@Timeout(120)
@Tag("once")
class IngressContractIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir private Path folder;
  private SinkServer sink;
  private PackagedRelay relay;

  @BeforeEach
  void start() throws Exception {
    sink = SinkServer.configure().start();
    relay =
        new PackagedRelay(
            folder,
            "targets: {crm: {url: \""
                + sink.url("/crm")
                + "\", retry: scaled}}\nroutes: [{types: [\"Contact*\"], to: [crm]}]\n");
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    sink.close();
  }

  private static String contact(String webhookId, String more) {
    return "{\"type\":\"ContactCreate\",\"locationId\":\"loc1\","
        + more
        + "\"webhookId\":\""
        + webhookId
        + "\"}";
  }

  @Test
  void aGenuineEventIsAnsweredWithItsIdAndADuplicateWithTheSame() throws Exception {
    JsonNode first = JSON.readTree(relay.post(contact("w1", "")).body());
    assertThat(first.path("success").asBoolean()).isTrue();
    assertThat(first.has("duplicate")).isFalse();
    JsonNode second = JSON.readTree(relay.post(contact("w1", "")).body());
    assertThat(second.path("duplicate").asBoolean()).isTrue();
    assertThat(second.path("id")).isEqualTo(first.path("id"));

    HttpResponse<String> other = relay.post(contact("w1", "\"n\":1,"));
    assertThat(other.statusCode()).isEqualTo(200);
    JsonNode conflict =
        relay.get("/api/v1/events/" + JSON.readTree(other.body()).path("id").asText());
    assertThat(conflict.path("conflict").asBoolean()).isTrue();

    String same = "{\"type\":\"ContactCreate\",\"name\":\"no id\"}";
    assertThat(relay.post(same).body()).doesNotContain("duplicate");
    assertThat(relay.post(same).body())
        .as("known by the hash of its body")
        .contains("\"duplicate\":true");

    await().until(() -> sink.count() == 3);
    relay.id(contact("w-last", ""));
    await().until(() -> sink.count() == 4);
  }

  @Test
  void whatIsGenuineButStrangeIsStored() throws Exception {
    for (String body :
        List.of("[1,2,3]", "not json", "\"text\"", "{\"type\":\"Unheard\"}", "{", "")) {
      assertThat(relay.post(body).statusCode()).as(body).isEqualTo(200);
    }
    assertThat(relay.get("/api/v1/events?state=unrouted").path("events")).hasSize(6);
    assertThat(sink.count()).isZero();
  }

  @Test
  void everyTypeInEveryStyleArrivesByteForByte() throws Exception {
    try (Simulator platform = relay.platform().concurrency(8).build()) {
      List<Delivery> sent = new ArrayList<>();
      for (EventType type : EventCatalogue.all()) {
        for (BodyStyle style : List.of(BodyStyle.PLAIN, BodyStyle.HARD)) {
          sent.add(
              platform.send(
                  PayloadRequest.of(type.name()).withStyle(style),
                  style == BodyStyle.HARD ? SignatureMode.BOTH : SignatureMode.ED25519,
                  Duration.ZERO));
        }
      }
      platform.runUntilSettled();

      assertThat(sent).allSatisfy(d -> assertThat(d.state()).isEqualTo(DeliveryState.DELIVERED));
      List<Delivery> contacts =
          sent.stream()
              .filter(d -> String.valueOf(d.event().type()).startsWith("Contact"))
              .toList();
      await().until(() -> sink.count() == contacts.size());
      Map<String, SinkRequest> arrived = new HashMap<>();
      sink.requests().forEach(one -> arrived.put(one.header("Webhook-Id"), one));
      assertThat(contacts)
          .allSatisfy(
              one ->
                  assertThat(arrived.get(one.event().webhookId()).body())
                      .isEqualTo(one.event().body()));
    }
  }

  @Test
  void signaturesDecideAsThePlatformSays() throws Exception {
    byte[] body = contact("w1", "").getBytes(StandardCharsets.UTF_8);
    String current = Scheme.ED25519.header();
    String legacy = Scheme.RSA_SHA256.header();
    Map<String, String> both = relay.keys.headers(SignatureMode.BOTH, body);
    String good = String.valueOf(both.get(current));
    String rsa = String.valueOf(both.get(legacy));
    String forged = String.valueOf(relay.keys.headers(SignatureMode.FORGED, body).get(current));

    for (Map<String, String> bad :
        List.of(
            Map.<String, String>of(),
            Map.of(current, forged),
            Map.of(current, forged, legacy, rsa),
            Map.of(current, "N/A"),
            Map.of(current, "", legacy, "x"),
            Map.of(current, good.substring(4)),
            Map.of(legacy, rsa.substring(4)),
            Map.of(current, relay.keys.sign(Scheme.ED25519, new byte[] {1})))) {
      HttpResponse<String> answer = relay.post(body, bad);
      assertThat(answer.statusCode()).as("%s", bad).isEqualTo(401);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
      assertThat(answer.body()).doesNotContainIgnoringCase("length").doesNotContain(forged);
    }
    assertThat(relay.get("/api/v1/events").path("events")).isEmpty();

    assertThat(relay.post(body, Map.of(current, good, legacy, "nonsense")).statusCode())
        .isEqualTo(200);
    assertThat(relay.post(body, Map.of(current, "N/A", legacy, rsa)).statusCode()).isEqualTo(200);
    assertThat(relay.post(body, Map.of(legacy, rsa)).body()).contains("\"duplicate\":true");
  }

  @Test
  void everyOtherRequestHasItsStatus() throws Exception {
    HttpResponse<String> get = relay.send("GET", relay.webhooks(), Map.of(), new byte[0]);
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).contains("POST");
    URI elsewhere = URI.create("http://127.0.0.1:" + relay.ingressPort() + "/elsewhere");
    assertThat(relay.send("POST", elsewhere, Map.of(), new byte[0]).statusCode()).isEqualTo(404);
    assertThat(relay.post(new byte[] {'{', '}'}, Map.of("Content-Encoding", "gzip")).statusCode())
        .isEqualTo(415);
    String start = "POST /webhooks HTTP/1.1\r\nHost: relay\r\n";
    assertThat(raw(start + "Content-Length: 99999999\r\n\r\n")).isEqualTo("413");
    assertThat(raw(start + "X-Long: " + "x".repeat(70_000) + "\r\n\r\n")).isEqualTo("431");
    assertThat(raw("nonsense\r\n\r\n")).isEqualTo("400");
    assertThat(raw(start + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .isEqualTo("400");
    assertThat(raw(start + "Content-Length: 10\r\n\r\nslow")).as("after 5 s").isEqualTo("408");
    assertThat(relay.get("/api/v1/events").path("events")).isEmpty();
  }

  private String raw(String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), relay.ingressPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
      return line.substring(9);
    }
  }

  @Test
  void anAppThatIsNotListedIsRefused() throws Exception {
    relay.configure("apps: [mine]", "rocksdb: {path: data}", "targets: {}\n");
    relay.stopAndRestart();

    assertThat(relay.post("{\"appId\":\"mine\",\"webhookId\":\"a\"}").statusCode()).isEqualTo(200);
    assertThat(relay.post("{\"appId\":\"other\",\"webhookId\":\"b\"}").statusCode()).isEqualTo(403);
    assertThat(relay.post("{\"webhookId\":\"c\"}").statusCode()).isEqualTo(403);
  }

  @Test
  void withoutRoomOnTheDiskItIs429AndThePlatformComesAgain() throws Exception {
    relay.configure("", "rocksdb: {path: data, minFreeSpace: 900000GiB}", "targets: {}\n");
    relay.stopAndRestart();

    HttpResponse<String> refused = relay.post(contact("w1", ""));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(relay.status("/readyz")).isEqualTo(503);
    assertThat(relay.status("/livez")).isEqualTo(200);
    try (Simulator platform = relay.platform().build()) {
      Delivery event = platform.send(PayloadRequest.of("ContactCreate"));
      platform.advance(Duration.ofSeconds(60));
      assertThat(event.attempts()).hasSizeGreaterThan(3);
      relay.configure("", "rocksdb: {path: data}", "targets: {}\n");
      relay.stopAndRestart();
      platform.runUntilSettled();
      assertThat(event.state()).isEqualTo(DeliveryState.DELIVERED);
    }
  }
}
