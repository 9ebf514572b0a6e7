package io.ghlrelay.admin;

import io.ghlrelay.store.EventQuery;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Starts the live streams, and bounds how many there are. Thread-safe. */
final class LiveStreams {
  /** Where they are. */
  static final String PATH = "/api/v1/stream";

  /** Watchers at a time. */
  static final int MAX_WATCHERS = 32;

  private final LiveFeed feed;
  private final Clock clock;
  private final LiveStream.Summaries summaries;
  private final Executor threads;
  private final AtomicInteger open = new AtomicInteger();

  LiveStreams(LiveFeed feed, Clock clock, LiveStream.Summaries summaries, Executor threads) {
    this.feed = feed;
    this.clock = clock;
    this.summaries = summaries;
    this.threads = threads;
  }

  /** Answers with a stream that lasts as long as the connection. On its event loop. */
  void start(ChannelHandlerContext ctx, ApiRequest request) {
    request.onlyParameters(Set.of("q"));
    EventQuery query = EventFilters.of(request).query(clock, null, 1);
    if (open.incrementAndGet() > MAX_WATCHERS) {
      open.decrementAndGet();
      throw new ApiException(503, MAX_WATCHERS + " streams are open; close one.");
    }
    ctx.channel().closeFuture().addListener(closed -> open.decrementAndGet());
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff")
        .set("X-Accel-Buffering", "no");
    ctx.write(head);
    new LiveStream(feed, query, request.headers().get("Last-Event-ID"), summaries, threads)
        .start(ctx);
  }
}
