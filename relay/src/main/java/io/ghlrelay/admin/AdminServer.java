package io.ghlrelay.admin;

import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.store.EventStore;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The admin listener: its own event loop ({@code relay-admin-io}) and a few threads for reads that
 * block ({@code relay-admin}), so that nothing asked here slows the ingress. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  /** Largest request body, in bytes. */
  private static final int MAX_BODY = 64 << 10;

  private static final int THREADS = 4;

  /** Requests that may wait for a thread; beyond it they get 503. */
  private static final int MAX_WAITING = 64;

  private static final int IDLE_SECONDS = 60;

  private final MultiThreadIoEventLoopGroup group;
  private final ThreadPoolExecutor threads;
  private final Channel listener;

  private AdminServer(
      MultiThreadIoEventLoopGroup group, ThreadPoolExecutor threads, Channel listener) {
    this.group = group;
    this.threads = threads;
    this.listener = listener;
  }

  /**
   * Binds and listens.
   *
   * @param config where; a port of 0 takes a free one
   * @param relay what may be asked of the relay
   * @param store read for events
   * @param registry shown at {@code /metrics}
   * @throws IOException if the address cannot be bound, with words for the operator
   */
  public static AdminServer start(
      AdminConfig config, RelayControl relay, EventStore store, PrometheusMeterRegistry registry)
      throws IOException {
    var group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("relay-admin-io"), NioIoHandler.newFactory());
    var threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory("relay-admin"));
    Router router = router(relay, store, registry);
    AdminAccess access = new AdminAccess(config);
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new IdleStateHandler(0, 0, IDLE_SECONDS),
                            new HttpServerCodec(),
                            new HttpServerKeepAliveHandler(),
                            new HttpObjectAggregator(MAX_BODY),
                            new AdminHandler(router, access, threads));
                  }
                })
            .bind(config.listen().host(), config.listen().port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      threads.shutdown();
      throw new IOException(
          "admin.listen: cannot listen on "
              + config.listen()
              + " ("
              + bound.cause().getMessage()
              + "). Is another process using the port?",
          bound.cause());
    }
    return new AdminServer(group, threads, bound.channel());
  }

  /** Every operation; {@code /openapi.json} describes the same ones. */
  static Router router(RelayControl relay, EventStore store, PrometheusMeterRegistry registry) {
    EventsApi events = new EventsApi(store, relay);
    OperationsApi operations = new OperationsApi(relay, registry);
    return new Router()
        .add("GET", "/", true, operations::index)
        .add("GET", "/livez", true, operations::livez)
        .add("GET", "/readyz", true, operations::readyz)
        .add("GET", "/metrics", false, operations::metrics)
        .add("GET", "/openapi.json", false, operations::openApi)
        .add("GET", "/api/v1/events", false, events::list)
        .add("GET", "/api/v1/events/{id}", false, events::show)
        .add("GET", "/api/v1/events/{id}/body", false, events::body)
        .add("POST", "/api/v1/events/{id}/replay", false, events::replay)
        .add("POST", "/api/v1/replays", false, events::replayMany)
        .add("GET", "/api/v1/targets", false, operations::targets)
        .add("POST", "/api/v1/targets/{name}/pause", false, operations::pause)
        .add("POST", "/api/v1/targets/{name}/resume", false, operations::resume)
        .add("POST", "/api/v1/reload", false, operations::reload);
  }

  /** Names of the query parameters of an operation; for the test against the document. */
  static List<String> parametersOf(Router.Operation operation) {
    return operation.template().equals("/api/v1/events")
        ? EventsApi.FILTERS.stream().sorted().toList()
        : List.of();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    threads.shutdown();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
