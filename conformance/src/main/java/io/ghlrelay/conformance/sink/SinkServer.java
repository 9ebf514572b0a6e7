package io.ghlrelay.conformance.sink;

import io.ghlrelay.conformance.fault.Fault;
import io.ghlrelay.conformance.fault.FaultScript;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 endpoint that keeps what it gets and does what its script says: resets, garbage,
 * endless answers. On plain sockets, since no HTTP server does such things on purpose. One thread a
 * connection. Thread-safe.
 */
public final class SinkServer implements AutoCloseable {
  private static final int IDLE_MILLIS = 60_000;
  private static final int MAX_COUNTED = 1_000_000;
  private static final Pattern WEBHOOK_ID =
      Pattern.compile("\"webhookId\"\\s*:\\s*\"([^\"\\\\]{1,128})\"");

  private final SinkConfig config;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final long startNanos = System.nanoTime();
  private final Deque<SinkRequest> kept = new ArrayDeque<>();
  private final SplittableRandom random;
  private final Map<String, Integer> attempts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > MAX_COUNTED;
        }
      };
  private FaultScript script;
  private long scriptNanos = startNanos;
  private long scriptRequests;
  private long count;
  private long connections;

  SinkServer(SinkConfig config) throws IOException {
    this.config = config;
    this.script = config.script;
    this.random = new SplittableRandom(config.seed);
    this.server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getByName(config.host), config.port), 1_024);
    thread("sink-accept", this::accept);
  }

  /** A set-up to change and start. */
  public static SinkConfig configure() {
    return new SinkConfig();
  }

  /** Where it listens, with this path. */
  public URI url(String path) {
    return URI.create("http://" + config.host + ":" + server.getLocalPort() + path);
  }

  /** The newest requests, in the order read. */
  public synchronized List<SinkRequest> requests() {
    return List.copyOf(kept);
  }

  /** How many requests were read. */
  public synchronized long count() {
    return count;
  }

  /** Time since the start, which {@link SinkRequest#sinceStart} counts in. */
  public Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** How many connections were taken. */
  public synchronized long connections() {
    return connections;
  }

  /** Replaces the script; its time and its count of requests begin now. */
  public synchronized void script(FaultScript replacement) {
    script = replacement;
    scriptNanos = System.nanoTime();
    scriptRequests = 0;
  }

  /** Forgets all requests and attempts. */
  public synchronized void clear() {
    kept.clear();
    attempts.clear();
    count = 0;
  }

  /** Stops: every connection is closed. */
  @Override
  public void close() throws IOException {
    stopped.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (sockets.size() >= config.connections) {
          socket.close();
          continue;
        }
        sockets.add(socket);
        long number;
        synchronized (this) {
          number = ++connections;
        }
        thread("sink-" + number, () -> serve(socket, number));
      } catch (IOException e) {
        // One connection that broke while it was taken, or the end; the loop knows which.
      }
    }
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket socket, long connection) {
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(IDLE_MILLIS);
      AnswerWriter writer = new AnswerWriter(socket, split(), stopped);
      RequestReader reader =
          new RequestReader(
              new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
      try {
        while (one(reader, writer, connection)) {}
      } catch (RequestReader.Refused e) {
        writer.write(SinkAnswer.of(e.status()), List.of(), false);
      }
    } catch (IOException e) {
      // The peer has gone, or was too slow: as an endpoint, there is nobody to tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the sink stops
    } finally {
      sockets.remove(socket);
    }
  }

  private synchronized SplittableRandom split() {
    return random.split();
  }

  private boolean one(RequestReader reader, AnswerWriter writer, long connection)
      throws IOException, InterruptedException {
    RequestReader.Head head = reader.head();
    if (head == null) {
      return false;
    }
    byte[] body = reader.body(head);
    SinkRequest request;
    List<Fault> faults;
    synchronized (this) {
      String webhookId = webhookId(body);
      String key = webhookId == null ? String.valueOf(java.util.Arrays.hashCode(body)) : webhookId;
      int attempt = attempts.merge(key, 1, Integer::sum);
      long now = System.nanoTime();
      request =
          new SinkRequest(
              ++count,
              attempt,
              Duration.ofNanos(now - startNanos),
              connection,
              head.method(),
              head.path(),
              head.headers(),
              body,
              webhookId);
      faults =
          script.decide(
              attempt, ++scriptRequests, Duration.ofNanos(now - scriptNanos), config.seed);
      kept.addLast(request);
      while (kept.size() > config.keep) {
        kept.removeFirst();
      }
    }
    config.listener.accept(request);
    boolean hidden = faults.stream().anyMatch(SinkServer::hides);
    SinkAnswer answer = hidden ? SinkAnswer.of(200) : config.handler.apply(request);
    return writer.write(answer, faults, head.keepAlive());
  }

  /** Whether the handler never hears of the request. */
  private static boolean hides(Fault fault) {
    return fault instanceof Fault.Status
        || fault instanceof Fault.Redirect
        || fault instanceof Fault.Timeout
        || fault instanceof Fault.ResetPeer
        || fault instanceof Fault.Refuse
        || fault instanceof Fault.Garbage;
  }

  /**
   * The last of that name: the envelope's stands behind the entity. Other ids are not looked at.
   */
  private static @Nullable String webhookId(byte[] body) {
    Matcher matcher = WEBHOOK_ID.matcher(new String(body, StandardCharsets.ISO_8859_1));
    String found = null;
    while (matcher.find()) {
      found = matcher.group(1);
    }
    return found;
  }
}
