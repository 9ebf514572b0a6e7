package io.ghlrelay.admin;

import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.store.EventStore;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
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

  /** What the audit log notes of a body that says nothing, or too much. */
  private static final Set<String> NOTHING = Set.of();

  private final MultiThreadIoEventLoopGroup group;
  private final ThreadPoolExecutor threads;
  private final Replays replays;
  private final Purges purges;
  private final Channel listener;
  private final ChannelGroup connections;

  private AdminServer(
      MultiThreadIoEventLoopGroup group,
      ThreadPoolExecutor threads,
      Replays replays,
      Purges purges,
      Channel listener,
      ChannelGroup connections) {
    this.group = group;
    this.threads = threads;
    this.replays = replays;
    this.purges = purges;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * What the API looks at.
   *
   * @param relay what may be asked of the relay
   * @param store read for events
   * @param registry shown at {@code /metrics}
   * @param activity what happened lately
   * @param feed what happens now
   * @param audit where changes are noted; the caller's to close
   * @param clock of the relay
   * @param version of the build
   * @param commit of the build
   */
  public record Sources(
      RelayControl relay,
      EventStore store,
      PrometheusMeterRegistry registry,
      Activity activity,
      LiveFeed feed,
      AuditLog audit,
      Clock clock,
      String version,
      String commit) {}

  /**
   * Binds and listens.
   *
   * @param config where; a port of 0 takes a free one
   * @param sources what it looks at
   * @throws IOException if the address cannot be bound, with words for the operator
   */
  public static AdminServer start(AdminConfig config, Sources sources) throws IOException {
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
    AdminAccess access = new AdminAccess(config, sources.clock());
    Replays replays = new Replays(sources.store(), sources.relay(), sources.clock());
    OverviewApi overview = overview(sources);
    Purges purges = new Purges(sources.store(), sources.relay(), sources.audit(), sources.clock());
    Router router = router(sources, access, replays, purges, overview);
    LiveStreams streams =
        new LiveStreams(sources.feed(), sources.clock(), overview.summaries(), threads);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new IdleStateHandler(0, 0, IDLE_SECONDS),
                            new HttpServerCodec(),
                            new HttpServerKeepAliveHandler(),
                            new HttpObjectAggregator(MAX_BODY),
                            new AdminHandler(router, access, streams, sources.audit(), threads));
                  }
                })
            .bind(config.listen().host(), config.listen().port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      threads.shutdown();
      replays.close();
      purges.close();
      throw new IOException(
          "admin.listen: cannot listen on "
              + config.listen()
              + " ("
              + bound.cause().getMessage()
              + "). Is another process using the port?",
          bound.cause());
    }
    return new AdminServer(group, threads, replays, purges, bound.channel(), connections);
  }

  private static OverviewApi overview(Sources sources) {
    return new OverviewApi(
        sources.relay(),
        sources.store(),
        sources.activity(),
        sources.clock(),
        sources.version(),
        sources.commit());
  }

  /** Every operation; {@code /openapi.json} describes the same ones. */
  private static Router router(
      Sources sources, AdminAccess access, Replays replays, Purges purges, OverviewApi overview) {
    RelayControl relay = sources.relay();
    EventsApi events = new EventsApi(sources.store(), relay, sources.clock());
    DeadLettersApi deadLetters = new DeadLettersApi(sources.store(), sources.clock());
    OperationsApi operations = new OperationsApi(relay, sources.registry(), sources.audit());
    SessionApi session = new SessionApi(access);
    ConsoleFiles console = new ConsoleFiles();
    return new Router()
        .get("/", true, console::index)
        .get("/console/{path}", true, console::file)
        .get("/livez", true, operations::livez)
        .get("/readyz", true, operations::readyz)
        .get("/metrics", false, operations::metrics)
        .get("/openapi.json", false, operations::openApi)
        .get("/api/v1/session", true, session::show)
        .change("POST", "/api/v1/session", true, SessionApi.LOGIN, NOTHING, session::open)
        .change("DELETE", "/api/v1/session", true, "logout", NOTHING, session::close)
        .get("/api/v1/status", false, overview::status)
        .get("/api/v1/activity", false, overview::activity)
        .get("/api/v1/counts", false, overview::counts)
        .get("/api/v1/events", false, events::list)
        .get("/api/v1/events/{id}", false, events::show)
        .get("/api/v1/events/{id}/body", false, events::body)
        .change(
            "POST",
            "/api/v1/events/{id}/replay",
            false,
            "replay",
            EventsApi.REPLAY_MEMBERS,
            events::replay)
        .get(LiveStreams.PATH, false, AdminServer::streamHead)
        .get("/api/v1/dead-letters", false, deadLetters::groups)
        .get("/api/v1/replays", false, replays::list)
        .change("POST", "/api/v1/replays", false, "replay-many", Replays.MEMBERS, replays::replay)
        .get("/api/v1/replays/{id}", false, replays::show)
        .change(
            "POST", "/api/v1/replays/{id}/cancel", false, "replay-cancel", NOTHING, replays::cancel)
        .get("/api/v1/purges", false, purges::list)
        .change("POST", "/api/v1/purges", false, "purge", Purges.MEMBERS, purges::purge)
        .get("/api/v1/purges/{id}", false, purges::show)
        .change(
            "POST", "/api/v1/purges/{id}/cancel", false, "purge-cancel", NOTHING, purges::cancel)
        .get("/api/v1/targets", false, overview::targets)
        .change("POST", "/api/v1/targets/{name}/pause", false, "pause", NOTHING, operations::pause)
        .change(
            "POST", "/api/v1/targets/{name}/resume", false, "resume", NOTHING, operations::resume)
        .get("/api/v1/relays", false, new RelaysApi(relay)::list)
        .get("/api/v1/schedule", false, new ScheduleApi(relay)::show)
        .get("/api/v1/config", false, operations::config)
        .get("/api/v1/audit", false, operations::audit)
        .change("POST", "/api/v1/reload", false, "reload", NOTHING, operations::reload);
  }

  /** A stream is started by the handler instead; what comes here asks for its head alone. */
  private static ApiResponse streamHead(ApiRequest request) {
    return ApiResponse.text("text/event-stream; charset=utf-8", "");
  }

  /** The table of operations, for the test against the document. */
  static Router router(Sources sources) {
    return router(
        sources,
        new AdminAccess(sources.relay().config().admin(), sources.clock()),
        new Replays(sources.store(), sources.relay(), sources.clock()),
        new Purges(sources.store(), sources.relay(), sources.audit(), sources.clock()),
        overview(sources));
  }

  /** Names of the query parameters of an operation; for the test against the document. */
  static List<String> parametersOf(Router.Operation operation) {
    return switch (operation.method() + " " + operation.template()) {
      case "GET /api/v1/events" -> EventsApi.FILTERS.stream().sorted().toList();
      case "GET /api/v1/stream", "GET /api/v1/dead-letters" -> List.of("q");
      case "GET /api/v1/counts" -> List.of("by", "limit");
      case "GET /api/v1/audit" -> List.of("limit");
      case "GET /api/v1/schedule" -> List.of("policy", "jitter", "timeline");
      default -> List.of();
    };
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly(); // streams have no end of their own
    replays.close();
    purges.close();
    threads.shutdown();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
