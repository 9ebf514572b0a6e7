package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ghlrelay.TestCertificates;
import io.ghlrelay.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are renewed while the relay runs, and bad ones are not taken up. */
class TlsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TLS = ", tls: {certificate: live/chain.pem, key: live/key.pem}";
  private static final String NO_TARGETS = "targets: {}\n";

  @TempDir private Path folder;
  private TestCertificates first;
  private TestCertificates second;
  private SSLContext both;

  @BeforeEach
  void certify() throws Exception {
    first = TestCertificates.valid();
    second = TestCertificates.valid();
    both = TestCertificates.trusting(first, second);
    Files.createDirectories(folder.resolve("one"));
    Files.createDirectories(folder.resolve("two"));
    first.write(folder.resolve("one/chain.pem"), folder.resolve("one/key.pem"));
    second.write(folder.resolve("two/chain.pem"), folder.resolve("two/key.pem"));
    swap("one");
  }

  /** As Kubernetes and certbot do it: a symbolic link is replaced by another at once. */
  private void swap(String to) throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("next"), Path.of(to));
    Files.move(link, folder.resolve("live"), StandardCopyOption.ATOMIC_MOVE);
  }

  private SSLSocket connect(RelayFixture relay, String... protocols) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            both.getSocketFactory()
                .createSocket("127.0.0.1", relay.relay.ingressAddress().getPort());
    socket.setSoTimeout(15_000);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    socket.startHandshake();
    return socket;
  }

  private Certificate presented(RelayFixture relay) throws IOException {
    try (SSLSocket socket = connect(relay)) {
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  private static String post(RelayFixture relay, SSLSocket socket, String path, String body)
      throws IOException {
    String signature = relay.platform.sign(body.getBytes(StandardCharsets.UTF_8));
    socket
        .getOutputStream()
        .write(
            "POST %s HTTP/1.1\r\nHost: r\r\nX-GHL-Signature: %s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(path, signature, body.length(), body)
                .getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int c = in.read(); c >= 0; c = in.read()) {
      answer.append((char) c);
      if (c == '}') {
        break;
      }
    }
    return answer.substring(9, 12);
  }

  private static double metric(RelayFixture relay, String name) throws Exception {
    String metrics = relay.send(HttpRequest.newBuilder(relay.admin("/metrics"))).body();
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private static double expiry(TestCertificates certificate) {
    return certificate.certificate().getNotAfter().toInstant().getEpochSecond();
  }

  @Test
  void aReloadTakesTheNewCertificateAndOpenConnectionsGoOn() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, NO_TARGETS);
        SSLSocket open = connect(relay)) {
      assertThat(post(relay, open, "/webhooks", "{\"webhookId\":\"w1\"}")).isEqualTo("200");
      assertThat(presented(relay)).isEqualTo(first.certificate());

      relay.configure(TLS.replace("live", "two") + ", path: /hooks", NO_TARGETS);
      assertThat(relay.relay.reload()).noneMatch(warning -> warning.contains("restart"));

      assertThat(presented(relay)).isEqualTo(second.certificate());
      assertThat(post(relay, open, "/hooks", "{\"webhookId\":\"w2\"}")).isEqualTo("200");
      assertThat(post(relay, open, "/webhooks", "{\"webhookId\":\"w3\"}")).isEqualTo("404");
      assertThat(metric(relay, "relay_ingress_certificate_expiry_timestamp_seconds"))
          .isEqualTo(expiry(second));
      assertThat(relay.get("/api/v1/config").toString()).contains("/hooks");
    }
  }

  @Test
  void filesThatChangeAreTakenUpByThemselvesAndBrokenOnesAreNot() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, NO_TARGETS);
        SSLSocket open = connect(relay)) {
      swap("two");
      await().atMost(PATIENCE).until(() -> presented(relay).equals(second.certificate()));
      assertThat(post(relay, open, "/webhooks", "{\"webhookId\":\"w1\"}")).isEqualTo("200");

      Files.writeString(
          folder.resolve("two/key.pem"), Files.readString(folder.resolve("one/key.pem")));
      await().atMost(PATIENCE).until(() -> metric(relay, "relay_ingress_certificate_refused") == 1);
      assertThat(presented(relay)).isEqualTo(second.certificate());
      assertThat(metric(relay, "relay_ingress_certificate_expiry_timestamp_seconds"))
          .isEqualTo(expiry(second));

      swap("one");
      await().atMost(PATIENCE).until(() -> metric(relay, "relay_ingress_certificate_refused") == 0);
      assertThat(presented(relay)).isEqualTo(first.certificate());
      assertThat(post(relay, open, "/webhooks", "{\"webhookId\":\"w2\"}")).isEqualTo("200");
    }
  }

  @Test
  void aReloadWithACertificateThatCannotBeUsedChangesNothing() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, NO_TARGETS)) {
      Instant now = Instant.now();
      TestCertificates expired =
          TestCertificates.between(
              "EC", now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)));
      Files.createDirectories(folder.resolve("three"));
      expired.write(folder.resolve("three/chain.pem"), folder.resolve("three/key.pem"));

      refuses(relay, TLS.replace("live", "three"), "the certificate has expired");
      refuses(
          relay,
          ", tls: {certificate: one/chain.pem, key: two/key.pem}",
          "does not belong to the first certificate");
      refuses(relay, ", tls: {certificate: one/chain.pem, key: nowhere.pem}", "there is no file");
      refuses(relay, ", tls: {certificate: one/key.pem, key: one/key.pem}", "no certificates");

      assertThat(presented(relay)).isEqualTo(first.certificate());
      assertThat(relay.get("/api/v1/targets").toString()).doesNotContain("crm");
    }
  }

  private static void refuses(RelayFixture relay, String tls, String why) throws IOException {
    relay.configure(tls, "targets: {crm: {url: \"http://127.0.0.1:9/\"}}\n");
    assertThatThrownBy(relay.relay::reload)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theOldestVersionCanBeRaisedWhileItRuns() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, NO_TARGETS)) {
      connect(relay, "TLSv1.2").close();
      relay.configure(TLS.replace("}", ", minVersion: \"1.3\"}"), NO_TARGETS);
      relay.relay.reload();
      assertThatThrownBy(() -> connect(relay, "TLSv1.2").close())
          .isInstanceOf(SSLHandshakeException.class);
      connect(relay, "TLSv1.3").close();
    }
  }

  @Test
  void anotherAddressNeedsARestartAndIsSaidToNeedIt() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, TLS, NO_TARGETS)) {
      Path file = folder.resolve("relay.yaml");
      Files.writeString(
          file, Files.readString(file).replace("127.0.0.1:0\", max", "127.0.0.1:1\", max"));
      assertThat(relay.relay.reload())
          .contains("ingress.listen: changes here need a restart; the old values stay in force");
      assertThat(relay.get("/api/v1/config").path("config").path("ingress").path("listen").asText())
          .isEqualTo("127.0.0.1:0");
    }
  }
}
