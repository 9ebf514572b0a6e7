package io.ghlrelay.ingress;

import com.github.benmanes.caffeine.cache.Ticker;
import io.ghlrelay.config.IngressConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public listener. Verification runs on the event loops: nothing measured argued for a hand-off
 * to other threads. Thread-safe.
 */
public final class IngressServer implements AutoCloseable {
  /** A connection without a request is closed after this. */
  static final Duration IDLE = Duration.ofSeconds(75);

  /**
   * Body bytes being received or admitted at once, over all connections: never more than a quarter
   * of the heap, since each may be held once more on its way to the disk.
   */
  static final long MAX_RECEIVING = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 4);

  private static final int BACKLOG = 1024;

  private static final Logger log = LoggerFactory.getLogger(IngressServer.class);

  private final Channel listener;
  private final ChannelGroup connections;
  private final Shared shared;

  /** Why the certificate on disk could not be taken up; null if it was. Guarded by this. */
  private @Nullable String problem;

  private IngressServer(Channel listener, ChannelGroup connections, Shared shared) {
    this.listener = listener;
    this.connections = connections;
    this.shared = shared;
  }

  /** What all connections share. Thread-safe. */
  static final class Shared {
    private final Intake intake;
    private final IngressMetrics metrics;
    private final FailureLimiter failures = new FailureLimiter(Ticker.systemTicker());
    private final Clock clock;
    private final BodyBudget bodies = new BodyBudget(MAX_RECEIVING);
    private final NotePace slowedNotes = new NotePace();
    private volatile IngressConfig config;
    private volatile @Nullable Certificate certificate;
    private volatile boolean draining;

    Shared(
        IngressConfig config,
        @Nullable Certificate certificate,
        Intake intake,
        IngressMetrics metrics,
        Clock clock) {
      this.config = config;
      this.certificate = certificate;
      this.intake = intake;
      this.metrics = metrics;
      this.clock = clock;
    }

    IngressConfig config() {
      return config;
    }

    /** For handshakes from now on; null = plain HTTP. */
    @Nullable Certificate certificate() {
      return certificate;
    }

    Intake intake() {
      return intake;
    }

    IngressMetrics metrics() {
      return metrics;
    }

    FailureLimiter failures() {
      return failures;
    }

    Clock clock() {
      return clock;
    }

    boolean draining() {
      return draining;
    }

    /** Tells the operator who sends bad signatures. */
    void noteSlowed(InetAddress sender) {
      if (slowedNotes.due()) {
        log.info(
            "{} has sent too many bad signatures: the answers are late, or 429. All are counted.",
            sender.getHostAddress());
      }
    }

    BodyBudget bodies() {
      return bodies;
    }
  }

  /**
   * Binds and listens.
   *
   * @param config its configuration; a port of 0 takes a free one
   * @param group event loops, shared with other users and not closed here
   * @param serverType the server socket type that fits the group
   * @param intake takes the requests
   * @param metrics counts them
   * @param clock for the time of receipt
   * @throws IOException if the address cannot be bound or the TLS files cannot be used, with words
   *     for the operator
   */
  public static IngressServer start(
      IngressConfig config,
      EventLoopGroup group,
      Class<? extends ServerSocketChannel> serverType,
      Intake intake,
      IngressMetrics metrics,
      Clock clock)
      throws IOException {
    Certificate certificate = read(config);
    if (certificate != null) {
      try {
        certificate.validAt(clock.instant());
      } catch (IOException e) {
        // Not a reason to take no events at all: some clients do not look.
        log.warn("{}. Clients will refuse it.", e.getMessage());
      }
    }
    Shared shared = new Shared(config, certificate, intake, metrics, clock);
    metrics.certificate(certificate == null ? null : certificate.notAfter(), false);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(serverType)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ConnectionSetup(shared, connections));
    var bound =
        bootstrap.bind(config.listen().host(), config.listen().port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "ingress.listen: cannot listen on "
              + config.listen()
              + " ("
              + bound.cause().getMessage()
              + "). Is another process using the port?",
          bound.cause());
    }
    return new IngressServer(bound.channel(), connections, shared);
  }

  private static @Nullable Certificate read(IngressConfig config) throws IOException {
    return config.tls() == null ? null : Certificate.read(config.tls());
  }

  /**
   * Prepares other settings, of which all but {@code listen} can change while it runs. Connections
   * that are open go on as they began, but for limits of requests.
   *
   * @return puts the settings in force; nothing has changed before it is run
   * @throws IOException if the TLS files cannot be used or are not valid now, with words for the
   *     operator
   */
  public Runnable prepare(IngressConfig fresh) throws IOException {
    Certificate certificate = read(fresh);
    if (certificate != null) {
      certificate.validAt(shared.clock().instant());
    }
    return () -> {
      synchronized (this) {
        shared.config = fresh.withListen(shared.config.listen());
        use(certificate);
      }
    };
  }

  /**
   * Takes up a certificate that was renewed where it is, or says that what is there cannot be used.
   */
  public synchronized void refreshCertificate() {
    IngressConfig.Tls tls = shared.config.tls();
    Certificate now = shared.certificate;
    if (tls == null || now == null) {
      return;
    }
    try {
      if (!now.isStillIn(tls)) {
        use(Certificate.read(tls).validAt(shared.clock().instant()));
        log.info("The certificate was changed on disk: new connections get the new one.");
      } else if (problem != null) {
        use(now);
      }
    } catch (IOException e) {
      if (!Objects.equals(problem, e.getMessage())) {
        problem = e.getMessage();
        shared.metrics.certificate(now.notAfter(), true);
        log.error(
            "{}. The certificate in force, valid until {}, stays in force.",
            e.getMessage(),
            now.notAfter());
      }
    }
  }

  private void use(@Nullable Certificate certificate) {
    shared.certificate = certificate;
    problem = null;
    shared.metrics.certificate(certificate == null ? null : certificate.notAfter(), false);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Takes no new connection, and ends each open one with its next answer. */
  public void drain() {
    shared.draining = true;
    listener.close().awaitUninterruptibly();
    connections.forEach(
        connection -> connection.pipeline().fireUserEventTriggered(Http2Connection.DRAIN));
  }

  /** Closes the listener and every connection; one of HTTP/2 after the answers under way. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }
}
