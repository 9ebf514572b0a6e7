package io.ghlrelay.delivery;

import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketException;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Carries one exchange after the other over a connection. Confined to its event loop. */
final class ExchangeHandler extends ChannelInboundHandlerAdapter {
  /** An answer's body is read to here, in bytes, then the connection is closed. */
  static final int MAX_BODY = 64 << 10;

  private final Endpoint endpoint;
  private final ConnectionPool pool;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private long idleSince;
  private long alarmAt;
  private @Nullable ScheduledFuture<?> alarm;
  private int bodyBytes;
  private boolean interim;
  private boolean securing;
  private boolean keepAlive;

  /** Begins with {@code first} as soon as the connection is up. */
  ExchangeHandler(Endpoint endpoint, ConnectionPool pool, Exchange first) {
    this.endpoint = endpoint;
    this.pool = pool;
    this.exchange = first;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    watch(); // over connecting, too
  }

  /**
   * Sees to it that an alarm comes when the exchange's time, or that of idling, is up. One alarm at
   * a time looks what it finds when it rings: one for each exchange, to be cancelled thousands of
   * times a second, costs more than the rest of an attempt's bookkeeping.
   */
  private void watch() {
    long due = exchange != null ? exchange.deadline() : idleSince + ConnectionPool.IDLE.toNanos();
    if (alarm != null && alarmAt - due <= 0) {
      return;
    }
    unwatch();
    alarmAt = due;
    alarm =
        Objects.requireNonNull(context)
            .executor()
            .schedule(this::rung, due - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void unwatch() {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }

  private void rung() {
    alarm = null;
    ChannelHandlerContext ctx = Objects.requireNonNull(context);
    long now = System.nanoTime();
    Exchange current = exchange;
    if (current != null && now - current.deadline() >= 0) {
      current.timedOut();
      ctx.close(); // perhaps while connecting still
    } else if (current == null && now - idleSince >= ConnectionPool.IDLE.toNanos()) {
      ctx.close();
    } else {
      watch();
    }
  }

  /** The channel is closed, or never came up. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    unwatch();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Exchange first = Objects.requireNonNull(exchange);
    first.on(ctx.channel());
    securing = endpoint.tls();
    if (!securing) {
      begin(first);
    }
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && exchange != null) {
      if (handshake.isSuccess()) {
        securing = false;
        begin(exchange);
      } else {
        fail(handshake.cause());
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Sends the request of an exchange over this connection. */
  void begin(Exchange next) {
    ChannelHandlerContext ctx = Objects.requireNonNull(context);
    exchange = next;
    watch();
    bodyBytes = 0;
    interim = false;
    next.on(ctx.channel());
    if (next.ended()) {
      return;
    }
    ctx.writeAndFlush(message(next.target().url(), next.request()))
        .addListener(
            written -> {
              if (!written.isSuccess() && exchange == next) {
                fail(written.cause());
              }
            });
  }

  /** The request as it goes over the wire. */
  static DefaultFullHttpRequest message(URI url, OutboundRequest request) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String uri = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    byte[] body = request.body();
    // Validation stays on: a header value from outside can never split the request.
    var message =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            uri,
            Unpooled.wrappedBuffer(body),
            DefaultHttpHeadersFactory.headersFactory(),
            DefaultHttpHeadersFactory.trailersFactory());
    message.headers().set(HttpHeaderNames.HOST, url.getRawAuthority());
    for (Header header : request.headers()) {
      message.headers().add(header.name(), header.value());
    }
    message.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return message;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      Exchange current = exchange;
      if (current == null || current.ended()) {
        ctx.close(); // nobody asked for this
      } else {
        read(current, (HttpObject) message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(Exchange current, HttpObject message) {
    if (message.decoderResult().isFailure()) {
      current.failed(new DecoderException("not HTTP"), false);
      return;
    }
    if (message instanceof HttpResponse response) {
      int status = response.status().code();
      interim = status < 200 && status != 101;
      if (interim) {
        return; // 1xx is never final
      }
      if (status < 200 || status > 599) {
        current.failed(new IllegalArgumentException("status " + status), false);
        return;
      }
      keepAlive = HttpUtil.isKeepAlive(response);
      String retryAfter = response.headers().get(HttpHeaderNames.RETRY_AFTER);
      current.status(new Outcome.Answered(status, RetryAfter.parse(retryAfter, current.now())));
    }
    if (message instanceof HttpContent content) {
      readBody(current, content);
    }
  }

  private void readBody(Exchange current, HttpContent content) {
    if (interim) {
      return;
    }
    ByteBuf bytes = content.content();
    int wanted =
        Math.min(
            bytes.readableBytes(),
            current.request().answerBytes() - current.responseStart().size());
    if (wanted > 0) {
      byte[] start = new byte[wanted];
      bytes.getBytes(bytes.readerIndex(), start);
      current.responseStart().writeBytes(start);
    }
    bodyBytes += bytes.readableBytes();
    ChannelHandlerContext ctx = Objects.requireNonNull(context);
    if (content instanceof LastHttpContent) {
      exchange = null;
      idleSince = System.nanoTime();
      current.completed();
      if (keepAlive) {
        watch();
        pool.give(endpoint, ctx.channel());
      } else {
        ctx.close();
      }
    } else if (bodyBytes > MAX_BODY) {
      exchange = null;
      current.completed();
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pool.forget(endpoint, ctx.channel());
    fail(new SocketException("the connection was closed before an answer"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
    ctx.close();
  }

  private void fail(Throwable cause) {
    Exchange current = exchange;
    if (current != null) {
      exchange = null;
      // A host that ends the connection rather than say what it dislikes has refused TLS all the
      // same.
      current.failed(
          securing ? new SSLException("the connection broke in its handshake", cause) : cause,
          false);
    }
  }
}
