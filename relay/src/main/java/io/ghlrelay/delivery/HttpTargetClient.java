package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 client over Netty: keep-alive connections, each confined to its event loop and
 * reused on that loop alone, so that no pool is shared between threads. Thread-safe.
 *
 * <p>One attempt is one request: it is never sent again behind the scenes, not even when a reused
 * connection turns out to be closed. Idle connections are therefore given up early ({@link
 * ConnectionPool#IDLE}), before common servers close them.
 */
public final class HttpTargetClient implements TargetClient {
  /** Longest status line and longest header block accepted in an answer, in bytes. */
  private static final int MAX_LINE = 8 << 10;

  private static final int MAX_HEADERS = 32 << 10;

  private final EventLoopGroup group;
  private final Class<? extends SocketChannel> channelType;
  private final Clock clock;
  private final OffloadedResolver resolver = new OffloadedResolver();
  private final Map<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();
  private final TlsContexts tls = new TlsContexts();
  private volatile boolean closed;

  /**
   * A client on the caller's event loops.
   *
   * @param group shared with other users; not closed by this client
   * @param channelType the socket type that fits the group
   * @param clock for the instants of answers
   */
  public HttpTargetClient(
      EventLoopGroup group, Class<? extends SocketChannel> channelType, Clock clock) {
    this.group = group;
    this.channelType = channelType;
    this.clock = clock;
  }

  @Override
  public void send(TargetConfig target, OutboundRequest request, Consumer<TargetAnswer> answered) {
    EventLoop loop = group.next();
    Exchange exchange = new Exchange(target, request, clock, loop, answered);
    if (loop.inEventLoop()) {
      begin(exchange);
    } else {
      loop.execute(() -> begin(exchange));
    }
  }

  private void begin(Exchange exchange) {
    exchange.started();
    ConnectionPool pool = pools.computeIfAbsent(exchange.loop(), loop -> new ConnectionPool());
    Endpoint endpoint = Endpoint.of(exchange.target());
    Channel idle = closed ? null : pool.take(endpoint);
    if (idle != null) {
      idle.pipeline().get(ExchangeHandler.class).begin(exchange);
    } else {
      secureAndConnect(endpoint, exchange, pool);
    }
  }

  private void secureAndConnect(Endpoint endpoint, Exchange exchange, ConnectionPool pool) {
    SslContext context;
    try {
      context = endpoint.tls() ? tls.of(endpoint.ownTls()) : null;
    } catch (CompletionException e) {
      exchange.failed(e, true);
      return;
    }
    connect(endpoint, context, exchange, pool);
  }

  private void connect(
      Endpoint endpoint, @Nullable SslContext context, Exchange exchange, ConnectionPool pool) {
    ExchangeHandler handler = new ExchangeHandler(endpoint, pool, exchange);
    new Bootstrap()
        .group(exchange.loop())
        .channel(channelType)
        .resolver(resolver.group(endpoint.addresses()))
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            (int) exchange.target().connectTimeout().toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                if (context != null) {
                  SslHandler ssl =
                      context.newHandler(channel.alloc(), endpoint.serverName(), endpoint.port());
                  ssl.setHandshakeTimeoutMillis(exchange.target().connectTimeout().toMillis());
                  channel.pipeline().addLast(ssl);
                }
                HttpDecoderConfig limits =
                    new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE)
                        .setMaxHeaderSize(MAX_HEADERS);
                channel.pipeline().addLast(new HttpClientCodec(limits, false, false), handler);
              }
            })
        .connect(endpoint.host(), endpoint.port())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                exchange.failed(connected.cause(), true);
              }
            });
  }

  @Override
  public void close() {
    closed = true;
    pools.forEach((loop, pool) -> loop.execute(pool::close));
    resolver.close();
  }
}
