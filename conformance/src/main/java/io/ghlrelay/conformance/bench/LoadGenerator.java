package io.ghlrelay.conformance.bench;

import java.io.IOException;
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
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends a pool's events over keep-alive connections with one thread, as light as can be: it must
 * not be what is measured.
 *
 * <p>Closed loop: each connection sends its next event when the last is answered. Open loop: events
 * are due at a fixed rate whatever the answers do; latency counts from when an event was due, so a
 * stall counts for all that it holds up (no coordinated omission). Confined to its thread.
 */
final class LoadGenerator {
  private static final int READ = 16 * 1024;

  /** Longest sleep of the open loop: an answer may be seen this much late, which counts for it. */
  private static final long GLANCE = TimeUnit.MICROSECONDS.toNanos(100);

  private final EventPool pool;
  private final Arrivals arrivals;
  private final URI to;
  private final int connections;
  private final double rate;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final int last;
  private final int first;
  private int next;
  private int open;
  private long start;

  /**
   * A generator.
   *
   * @param rate events a second; 0 = closed loop
   * @param from the first event sent
   * @param until the first event not sent
   */
  LoadGenerator(
      EventPool pool,
      Arrivals arrivals,
      URI to,
      int connections,
      double rate,
      int from,
      int until) {
    this.pool = pool;
    this.arrivals = arrivals;
    this.to = to;
    this.connections = connections;
    this.rate = rate;
    this.first = from;
    this.next = from;
    this.last = until;
  }

  /**
   * Sends all events, or as many as there is time for.
   *
   * @return the first event that was not sent
   * @throws IOException if no connection is left, or the time is up without answers
   */
  int run(Duration limit) throws IOException {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        idle.add(new Connection(selector));
        open++;
      }
      start = System.nanoTime();
      long end = start + limit.toNanos();
      long patience = end + Duration.ofSeconds(30).toNanos();
      while (true) {
        boolean more = next < last && System.nanoTime() < end;
        if (more) {
          feed();
        } else if (idle.size() == open) {
          return next;
        }
        if (open == 0 || System.nanoTime() > patience) {
          throw new IOException(
              open + " connections left, " + (open - idle.size()) + " without an answer");
        }
        if (more && rate > 0 && !idle.isEmpty()) {
          // A selector's timeouts are whole milliseconds, and a spinning thread would take a
          // processor from what is measured.
          LockSupport.parkNanos(Math.min(due(next) - System.nanoTime(), GLANCE));
          selector.selectNow();
        } else {
          selector.select(100);
        }
        for (SelectionKey key : selector.selectedKeys()) {
          ((Connection) key.attachment()).ready(key);
        }
        selector.selectedKeys().clear();
      }
    }
  }

  private void feed() throws IOException {
    while (next < last && !idle.isEmpty()) {
      long due = rate > 0 ? due(next) : System.nanoTime();
      if (due > System.nanoTime()) {
        return;
      }
      arrivals.intended(next, due);
      idle.removeFirst().send(next++);
    }
  }

  /** When an event of the open loop is to be sent, on the monotonic clock. */
  private long due(int event) {
    return start + (long) ((event - first) * 1e9 / rate);
  }

  private final class Connection {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(READ);
    private ByteBuffer out = ByteBuffer.allocate(0);
    private int event;

    Connection(Selector selector) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(to.getHost(), to.getPort()));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(int index) throws IOException {
      EventPool.Signed signed = pool.get(index);
      event = index;
      byte[] head =
          ("POST "
                  + to.getRawPath()
                  + " HTTP/1.1\r\nHost: "
                  + to.getHost()
                  + "\r\nContent-Type: application/json\r\n"
                  + pool.scheme().header()
                  + ": "
                  + signed.signature()
                  + "\r\nContent-Length: "
                  + signed.body().length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1);
      out = ByteBuffer.allocate(head.length + signed.body().length).put(head).put(signed.body());
      out.flip();
      write();
    }

    private void write() throws IOException {
      channel.write(out);
      key.interestOps(
          out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    void ready(SelectionKey selected) throws IOException {
      try {
        if (selected.isWritable()) {
          write();
        }
        if (selected.isReadable()) {
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
        arrivals.answered(event, HttpFrame.status(in), System.nanoTime());
        in.clear();
        idle.addLast(this);
      }
    }

    /** A connection that the other side has closed takes its event with it. */
    private void lost() throws IOException {
      open--;
      idle.remove(this);
      channel.close();
      arrivals.answered(event, 0, System.nanoTime());
    }
  }
}
