package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestCertificates;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections through proxies, and by those who pretend to be one. */
class ProxiesIT {
  private static final String NO_TARGETS = "targets: {}\n";
  private static final String PROXY = ", trustedProxies: [\"127.0.0.2/32\"], proxyProtocol: true";
  private static final String V1 = "PROXY TCP4 198.51.100.7 203.0.113.1 4711 443\r\n";

  /** Bad requests sent at once, answered one after the other; a sender has 200 at once. */
  private static final int BATCH = 100;

  /** Beyond its budget a sender gets 50 answers a second: a batch takes two seconds. */
  private static final long SLOW = Duration.ofMillis(1_500).toNanos();

  @TempDir private Path folder;

  /** From an address of this machine, as who is meant. */
  private static Socket connect(RelayFixture relay, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    socket.setSoTimeout(15_000);
    socket.connect(
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), relay.relay.ingressAddress().getPort()),
        15_000);
    return socket;
  }

  /** Status of the answer; or, where there is none, what happened to the connection. */
  private static String exchange(Socket socket, byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      return answer(socket.getInputStream());
    } catch (SocketException reset) {
      return "closed";
    }
  }

  private static String answer(InputStream in) throws IOException {
    StringBuilder got = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      got.append((char) c);
      if (c == '}') {
        return got.substring(9, 12);
      }
    }
    return got.isEmpty() ? "closed" : got.toString();
  }

  private static String request(RelayFixture relay, String headers) {
    String signature = relay.platform.sign("{}".getBytes(StandardCharsets.UTF_8));
    return "POST /webhooks HTTP/1.1\r\nHost: r\r\nX-GHL-Signature: "
        + signature
        + "\r\nContent-Length: 2\r\n"
        + headers
        + "\r\n{}";
  }

  private static String once(RelayFixture relay, String from, byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    try (Socket socket = connect(relay, from)) {
      return exchange(socket, all.toByteArray());
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Version 2: PROXY or LOCAL over TCP/IPv4 from 198.51.100.7. */
  private static byte[] v2(int command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("\r\n\r\n\0\r\nQUIT\n"));
    out.writeBytes(new byte[] {(byte) (0x20 | command), 0x11, 0, 12});
    out.writeBytes(
        new byte[] {(byte) 198, 51, 100, 7, (byte) 203, 0, 113, 1, 18, 103, 1, (byte) 187});
    return out.toByteArray();
  }

  @Test
  void aTrustedProxyMustSendThePROXYHeaderAndNobodyElseMay() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, PROXY, NO_TARGETS)) {
      byte[] event = ascii(request(relay, ""));
      assertThat(once(relay, "127.0.0.2", ascii(V1), event)).isEqualTo("200");
      assertThat(once(relay, "127.0.0.2", ascii("PROXY UNKNOWN\r\n"), event)).isEqualTo("200");
      assertThat(once(relay, "127.0.0.2", v2(1), event)).isEqualTo("200");
      assertThat(once(relay, "127.0.0.2", v2(0), event)).as("LOCAL").isEqualTo("200");

      assertThat(once(relay, "127.0.0.2", event)).as("no header").isEqualTo("closed");
      assertThat(once(relay, "127.0.0.2", ascii("PROX"))).as("half of one").isEqualTo("closed");
      assertThat(once(relay, "127.0.0.2", ascii("PROXY TCP4 x y 1 2\r\n"), event))
          .isEqualTo("closed");
      assertThat(once(relay, "127.0.0.1", ascii(V1), event)).as("a stranger").isEqualTo("closed");
      assertThat(once(relay, "127.0.0.1", event)).as("a stranger").isEqualTo("closed");
    }
  }

  @Test
  void withoutProxyProtocolAPROXYHeaderIsNoRequest() throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, "", NO_TARGETS)) {
      assertThat(once(relay, "127.0.0.2", ascii(V1 + request(relay, "")))).isEqualTo("400");
    }
  }

  @Test
  void tlsComesBehindThePROXYHeader() throws Exception {
    TestCertificates certificate = TestCertificates.valid();
    certificate.write(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    String tls = ", tls: {certificate: chain.pem, key: key.pem}";
    try (RelayFixture relay = new RelayFixture(folder, PROXY + tls, NO_TARGETS);
        Socket socket = connect(relay, "127.0.0.2")) {
      socket.getOutputStream().write(v2(1));
      try (SSLSocket secure =
          (SSLSocket)
              TestCertificates.trusting(certificate)
                  .getSocketFactory()
                  .createSocket(socket, "127.0.0.1", socket.getPort(), false)) {
        assertThat(exchange(secure, ascii(request(relay, "")))).isEqualTo("200");
      }
    }
  }

  @Test
  void failuresCountForTheSenderThatATrustedProxyNames() throws Exception {
    try (RelayFixture relay =
        new RelayFixture(folder, ", trustedProxies: [127.0.0.2]", NO_TARGETS)) {
      String flooding = "X-Forwarded-For: 198.51.100.7\r\n";
      assertThat(isSlowed(relay, "127.0.0.2", flooding, 50)).as("a flood").isTrue();
      // Too few for a budget of their own: it is the other's that is spent.
      assertThat(isSlowed(relay, "127.0.0.2", "Forwarded: for=198.51.100.7\r\n", 2))
          .as("the same sender by the other header")
          .isTrue();
      assertThat(isServed(relay, "127.0.0.2", "X-Forwarded-For: 198.51.100.8\r\n"))
          .as("another sender behind the same proxy")
          .isTrue();
      assertThat(isServed(relay, "127.0.0.2", "")).as("the proxy itself").isTrue();
      assertThat(isServed(relay, "127.0.0.1", flooding))
          .as("a stranger in another's name")
          .isTrue();
      assertThat(once(relay, "127.0.0.2", ascii(request(relay, flooding))))
          .as("a genuine one in the midst")
          .isEqualTo("200");
    }
  }

  /** Whether a sender's answers are late within so many batches. */
  private static boolean isSlowed(RelayFixture relay, String from, String header, int batches)
      throws IOException {
    for (int i = 0; i < batches; i++) {
      if (nanosOfABatch(relay, from, header) >= SLOW) {
        return true;
      }
    }
    return false;
  }

  /** Whether they are not; a machine that pauses for long has another chance. */
  private static boolean isServed(RelayFixture relay, String from, String header)
      throws IOException {
    for (int i = 0; i < 2; i++) {
      if (nanosOfABatch(relay, from, header) < SLOW) {
        return true;
      }
    }
    return false;
  }

  private static long nanosOfABatch(RelayFixture relay, String from, String header)
      throws IOException {
    String bad = "POST /webhooks HTTP/1.1\r\nHost: r\r\nContent-Length: 2\r\n" + header + "\r\n{}";
    try (Socket socket = connect(relay, from)) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      long start = System.nanoTime();
      socket.getOutputStream().write(ascii(bad.repeat(BATCH)));
      for (int i = 0; i < BATCH; i++) {
        assertThat(answer(in)).isIn("401", "429");
      }
      return System.nanoTime() - start;
    }
  }
}
