package io.ghlrelay.conformance.campaign;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All targets of a campaign, on one thread that owns every connection ({@code campaign-targets}).
 * What it is told to do takes effect soon, in order. Thread-safe.
 */
final class Targets implements Closeable {
  private static final int BACKLOG = 1_024;

  /** A port may be in use for a moment after it was given up. */
  private static final long BIND_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

  private final Ledger ledger;
  private final long seed;
  private final Selector selector = Selector.open();
  private final List<Place> places = new ArrayList<>();
  private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Later> laters = new PriorityQueue<>();
  private final AtomicInteger open = new AtomicInteger();

  /** One target's listener. */
  final class Place {
    private final int target;
    private final int port;
    private final Set<TargetConnection> connections = new HashSet<>();
    private @Nullable ServerSocketChannel server;
    private Mood mood = Mood.GOOD;

    Place(int target, int port) {
      this.target = target;
      this.port = port;
    }

    int target() {
      return target;
    }

    /** How this request is to be answered. */
    Mood mood(Ledger.Arrival arrival) {
      long number = arrival.event() * 31L + arrival.attempt();
      return Mix.below(100, seed, number) < mood.percent() ? mood : Mood.GOOD;
    }

    /** Whether an answer that never ends may end. */
    boolean relented() {
      return mood.behaviour() != Mood.Behaviour.ENDLESS;
    }

    void gone(TargetConnection connection) {
      if (connections.remove(connection)) {
        open.decrementAndGet();
      }
    }

    private void listen() throws IOException {
      if (server != null) {
        return;
      }
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_ACCEPT, this);
        server = channel;
      } catch (BindException e) {
        channel.close();
        later(BIND_AGAIN_NANOS, this::listenAgain);
      }
    }

    private void listenAgain() {
      try {
        listen();
      } catch (IOException e) {
        throw new IllegalStateException("a target cannot listen at port " + port, e);
      }
    }

    private void refuse() throws IOException {
      if (server != null) {
        server.close();
        server = null;
      }
      drop();
    }

    private void drop() {
      List.copyOf(connections).forEach(TargetConnection::reset);
    }

    private void accept() throws IOException {
      SocketChannel channel = server == null ? null : server.accept();
      if (channel != null) {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        TargetConnection connection = new TargetConnection(Targets.this, this, channel, ledger);
        connections.add(connection);
        open.incrementAndGet();
        channel.register(selector, SelectionKey.OP_READ, connection);
      }
    }
  }

  private record Later(long at, Runnable what) implements Comparable<Later> {
    @Override
    public int compareTo(Later other) {
      return Long.compare(at - other.at, 0);
    }
  }

  /**
   * Listens.
   *
   * @param ports one for each target
   * @param seed decides which requests a mood meets
   */
  Targets(List<Integer> ports, Ledger ledger, long seed) throws IOException {
    this.ledger = ledger;
    this.seed = seed;
    for (int target = 0; target < ports.size(); target++) {
      Place place = new Place(target, ports.get(target));
      place.listen();
      places.add(place);
    }
    Thread thread = new Thread(this::run, "campaign-targets");
    thread.setDaemon(true);
    thread.start();
  }

  /** From now on a target behaves so. */
  void mood(int target, Mood mood) {
    order(() -> places.get(target).mood = mood);
  }

  /** A target refuses connections and drops those it has. */
  void refuse(int target) {
    order(
        () -> {
          try {
            places.get(target).refuse();
          } catch (IOException e) {
            throw new IllegalStateException("a listener cannot be closed", e);
          }
        });
  }

  /** A target takes connections. */
  void listen(int target) {
    order(() -> places.get(target).listenAgain());
  }

  /** A target drops its connections; new ones are taken. */
  void drop(int target) {
    order(() -> places.get(target).drop());
  }

  /** Connections of all targets. */
  int connections() {
    return open.get();
  }

  private void order(Runnable what) {
    orders.add(what);
    selector.wakeup();
  }

  /** On the thread of the targets, after some time. */
  void later(long nanos, Runnable what) {
    laters.add(new Later(System.nanoTime() + nanos, what));
  }

  @Override
  public void close() throws IOException {
    selector.close();
    order(() -> {});
    for (Place place : places) {
      if (place.server != null) {
        place.server.close();
      }
    }
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        Later first = laters.peek();
        long millis = first == null ? 1_000 : (first.at() - System.nanoTime()) / 1_000_000 + 1;
        if (millis > 0) {
          selector.select(millis);
        } else {
          selector.selectNow();
        }
        for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
          order.run();
        }
        for (Later due = laters.peek();
            due != null && due.at() - System.nanoTime() <= 0;
            due = laters.peek()) {
          laters.remove();
          due.what().run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof Place place) {
            if (key.isValid()) {
              place.accept();
            }
          } else {
            ((TargetConnection) key.attachment()).ready();
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (ClosedSelectorException e) {
      // close() ends the thread so
    } catch (IOException e) {
      throw new IllegalStateException("the targets of the campaign failed", e);
    }
  }
}
