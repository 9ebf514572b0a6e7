package io.ghlrelay.conformance.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * The target of a bench: takes events with one thread, answers 200, checks id and bytes. Its thread
 * owns everything; {@link #close} may be called by any.
 */
final class BenchSink implements Closeable {
  private static final byte[] OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final EventPool pool;
  private final Arrivals arrivals;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel server = ServerSocketChannel.open();

  BenchSink(String host, int port, EventPool pool, Arrivals arrivals) throws IOException {
    this.pool = pool;
    this.arrivals = arrivals;
    server.bind(new InetSocketAddress(host, port), 1_024);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    Thread thread = new Thread(this::run, "bench-sink");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.socket().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    server.close();
  }

  private void run() {
    try {
      while (true) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isAcceptable()) {
            accept();
          } else if (key.isReadable()) {
            read(key);
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (ClosedSelectorException e) {
      // close() ends the thread so
    } catch (IOException e) {
      throw new IllegalStateException("the sink of the bench failed", e);
    }
  }

  private void accept() throws IOException {
    SocketChannel channel = server.accept();
    if (channel != null) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(64 * 1024));
    }
  }

  private void read(SelectionKey key) {
    SocketChannel channel = (SocketChannel) key.channel();
    ByteBuffer in = (ByteBuffer) key.attachment();
    try {
      if (channel.read(in) < 0) {
        channel.close();
        return;
      }
      int length = HttpFrame.length(in, true);
      while (length >= 0 && in.position() >= length) {
        take(in, length);
        channel.write(ByteBuffer.wrap(OK)); // 38 bytes always fit into an empty socket
        in.flip().position(length);
        in.compact();
        length = HttpFrame.length(in, true);
      }
      if (length > in.capacity()) {
        ByteBuffer larger = ByteBuffer.allocate(length);
        in.flip();
        key.attach(larger.put(in));
      }
    } catch (IOException e) {
      key.cancel(); // the relay was stopped, or killed: its next one connects anew
    }
  }

  private void take(ByteBuffer in, int length) {
    int head = HttpFrame.head(in);
    String webhookId = HttpFrame.webhookId(in, head);
    int index = EventPool.index(webhookId.isEmpty() ? atTheEnd(in, length) : webhookId);
    if (index < 0
        || index >= pool.size()
        || !in.duplicate()
            .limit(length)
            .position(head)
            .equals(ByteBuffer.wrap(pool.get(index).body()))) {
      arrivals.strange();
    } else {
      arrivals.delivered(index, System.nanoTime());
    }
  }

  /** A proxy adds no header: a pool's bodies end in their webhook id, a quote and a brace. */
  private static String atTheEnd(ByteBuffer in, int length) {
    byte[] id = new byte[Math.min(36, Math.max(0, length - 2))];
    in.duplicate().limit(length).position(Math.max(0, length - 2 - id.length)).get(id);
    return new String(id, StandardCharsets.US_ASCII);
  }
}
