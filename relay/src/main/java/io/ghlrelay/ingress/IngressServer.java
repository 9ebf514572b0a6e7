package io.ghlrelay.ingress;

import com.github.benmanes.caffeine.cache.Ticker;
import io.ghlrelay.config.IngressConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The public listener. Verification runs on the event loops: nothing measured argued for a hand-off
 * to other threads. Thread-safe.
 */
public final class IngressServer implements AutoCloseable {
  /** A connection without a request is closed after this. */
  static final Duration IDLE = Duration.ofSeconds(75);

  /** Longest request line, in bytes. */
  private static final int MAX_LINE = 8 << 10;

  /** Largest header block, in bytes: two signatures take 1 KiB. */
  private static final int MAX_HEADERS = 16 << 10;

  /** Body bytes being received or admitted at once, over all connections. */
  static final long MAX_RECEIVING = 256L << 20;

  private static final int BACKLOG = 1024;

  private final Channel listener;
  private final ChannelGroup connections;
  private final Shared shared;

  private IngressServer(Channel listener, ChannelGroup connections, Shared shared) {
    this.listener = listener;
    this.connections = connections;
    this.shared = shared;
  }

  /** What all connections share. Thread-safe. */
  static final class Shared {
    private final IngressConfig config;
    private final Intake intake;
    private final IngressMetrics metrics;
    private final FailureLimiter failures = new FailureLimiter(Ticker.systemTicker());
    private final Clock clock;
    private final AtomicLong receiving = new AtomicLong();
    private volatile boolean draining;

    Shared(IngressConfig config, Intake intake, IngressMetrics metrics, Clock clock) {
      this.config = config;
      this.intake = intake;
      this.metrics = metrics;
      this.clock = clock;
    }

    IngressConfig config() {
      return config;
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

    /** Reserves room for body bytes; false if too much is being received. */
    boolean reserve(long bytes) {
      if (receiving.addAndGet(bytes) <= MAX_RECEIVING) {
        return true;
      }
      receiving.addAndGet(-bytes);
      return false;
    }

    void release(long bytes) {
      receiving.addAndGet(-bytes);
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
    Shared shared = new Shared(config, intake, metrics, clock);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    SslContext tls = tls(config.tls());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(serverType)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (connections.size() >= config.maxConnections()) {
                      channel.close();
                      return;
                    }
                    connections.add(channel);
                    if (tls != null) {
                      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                    }
                    pipeline(channel, shared);
                  }
                });
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

  /** What a connection's bytes pass, behind TLS. */
  static void pipeline(Channel channel, Shared shared) {
    WebhookHandler webhooks = new WebhookHandler(shared);
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setValidateHeaders(true);
    channel
        .pipeline()
        .addLast(
            // before the decoder: a request's time runs from its first byte
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                webhooks.receiving();
                ctx.fireChannelRead(message);
              }
            },
            new StrictRequestDecoder(limits),
            new HttpResponseEncoder(),
            webhooks);
  }

  private static @Nullable SslContext tls(IngressConfig.@Nullable Tls tls) throws IOException {
    if (tls == null) {
      return null;
    }
    try {
      return SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile()).build();
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          "ingress.tls: "
              + tls.certificate()
              + " and "
              + tls.key()
              + " cannot be used: "
              + e.getMessage()
              + ". Expected a PEM certificate chain and its unencrypted PKCS#8 key.",
          e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Takes no new connection, and ends each open one with its next answer. */
  public void drain() {
    shared.draining = true;
    listener.close().awaitUninterruptibly();
  }

  /** Closes the listener and every connection. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }
}
