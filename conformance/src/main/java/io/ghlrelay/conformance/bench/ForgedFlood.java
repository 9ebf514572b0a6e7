package io.ghlrelay.conformance.bench;

import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends forged events at a fixed rate, whatever the answers do. Each has a well-formed signature,
 * of another body: it costs its receiver a whole verification, or whatever it does instead. A
 * closed connection is opened again. Confined to its thread.
 *
 * @param to where they are sent, plain HTTP
 * @param rate requests a second
 * @param addresses how many addresses they come from; 1 = the one that the system gives, more =
 *     127.0.1.1 and on, where the system has them all (Linux)
 * @param connections open at once at most; what finds none free is not sent, and counted
 * @param bodySize length of a body in bytes
 */
public record ForgedFlood(URI to, double rate, int addresses, int connections, int bodySize) {
  private static final int VARIANTS = 64;
  private static final long GLANCE = TimeUnit.MICROSECONDS.toNanos(200);

  public ForgedFlood {
    if (addresses < 1 || addresses > 254) {
      throw new IllegalArgumentException(addresses + " addresses (expected: 1..254)");
    }
  }

  /**
   * Sends for a while.
   *
   * @return what was sent and answered
   * @throws IOException if no connection can be opened
   */
  public JsonObject run(Duration duration, long seed) throws IOException {
    try (Selector selector = Selector.open()) {
      return new Run(selector, requests(seed)).run(duration);
    }
  }

  private List<byte[]> requests(long seed) {
    SigningKeys keys = SigningKeys.generate(); // a stranger's
    PayloadGenerator payloads = new PayloadGenerator(seed);
    List<byte[]> bodies = new ArrayList<>();
    for (int i = 0; i < VARIANTS; i++) {
      bodies.add(payloads.next(PayloadRequest.of("ContactUpdate").withSize(bodySize)).body());
    }
    List<byte[]> requests = new ArrayList<>();
    for (int i = 0; i < VARIANTS; i++) {
      byte[] body = bodies.get(i);
      byte[] head =
          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(
                  to.getRawPath(),
                  to.getHost(),
                  Scheme.ED25519.header(),
                  keys.sign(Scheme.ED25519, bodies.get((i + 1) % VARIANTS)),
                  body.length)
              .getBytes(StandardCharsets.ISO_8859_1);
      requests.add(ByteBuffer.allocate(head.length + body.length).put(head).put(body).array());
    }
    return requests;
  }

  private final class Run {
    private final Selector selector;
    private final List<byte[]> requests;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Map<Integer, Long> answers = new TreeMap<>();
    private int open;
    private int opened;
    private long sent;
    private long notSent;
    private long closed;

    Run(Selector selector, List<byte[]> requests) {
      this.selector = selector;
      this.requests = requests;
    }

    JsonObject run(Duration duration) throws IOException {
      long start = System.nanoTime();
      long end = start + duration.toNanos();
      long next = 0;
      for (long now = start; now < end; now = System.nanoTime()) {
        for (; start + (long) (next * 1e9 / rate) <= now; next++) {
          send(requests.get((int) (next % VARIANTS)));
        }
        LockSupport.parkNanos(GLANCE);
        selector.selectNow();
        for (SelectionKey key : selector.selectedKeys()) {
          ((Connection) key.attachment()).ready();
        }
        selector.selectedKeys().clear();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      double seconds = duration.toNanos() / 1e9;
      JsonObject byStatus = new JsonObject();
      answers.forEach((status, count) -> byStatus.put(String.valueOf(status), count));
      return new JsonObject()
          .put("offeredPerSecond", Math.round(next / seconds))
          .put("sentPerSecond", Math.round(sent / seconds))
          .put("sent", sent)
          .put("notSent", notSent)
          .put("answers", byStatus)
          .put("closedWithoutAnswer", closed)
          .put("connectionsOpened", opened);
    }

    private void send(byte[] request) throws IOException {
      Connection connection = idle.pollFirst();
      if (connection != null) {
        connection.send(request);
      } else if (open < connections) {
        new Connection(opened++).send(request);
      } else {
        notSent++;
      }
    }

    private final class Connection {
      private final SocketChannel channel = SocketChannel.open();
      private final SelectionKey key;
      private final ByteBuffer in = ByteBuffer.allocate(1024);
      private ByteBuffer out = ByteBuffer.allocate(0);
      private boolean waiting;

      Connection(int number) throws IOException {
        open++;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (addresses > 1) {
          byte last = (byte) (number % addresses + 1);
          channel.bind(
              new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, last}), 0));
        }
        key = channel.register(selector, SelectionKey.OP_CONNECT, this);
        if (channel.connect(new InetSocketAddress(to.getHost(), to.getPort()))) {
          key.interestOps(SelectionKey.OP_READ);
        }
      }

      void send(byte[] request) {
        out = ByteBuffer.wrap(request);
        waiting = true;
        sent++;
        if (channel.isConnected()) {
          write();
        }
      }

      private void write() {
        try {
          channel.write(out);
          key.interestOps(
              out.hasRemaining()
                  ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                  : SelectionKey.OP_READ);
        } catch (IOException e) {
          lost();
        }
      }

      void ready() {
        try {
          if (key.isConnectable() && channel.finishConnect()) {
            write();
          } else if (key.isValid() && key.isWritable()) {
            write();
          }
          if (key.isValid() && key.isReadable()) {
            read();
          }
        } catch (IOException e) {
          lost();
        }
      }

      private void read() throws IOException {
        if (channel.read(in) < 0) {
          lost();
          return;
        }
        int length = HttpFrame.length(in, false);
        if (length >= 0 && in.position() >= length) {
          answers.merge(HttpFrame.status(in), 1L, Long::sum);
          in.clear();
          waiting = false;
          idle.addFirst(this);
        }
      }

      private void lost() {
        if (!channel.isOpen()) {
          return;
        }
        open--;
        closed += waiting ? 1 : 0;
        idle.remove(this);
        try {
          channel.close();
        } catch (IOException e) {
          closed++; // it is gone either way
        }
      }
    }
  }

  /** For people, what {@link #run} gave. */
  public static String text(JsonObject result) {
    StringBuilder out = new StringBuilder();
    for (String name : result.names()) {
      out.append("  ").append(name).append(' ').append(result.get(name)).append('\n');
    }
    return out.toString();
  }
}
