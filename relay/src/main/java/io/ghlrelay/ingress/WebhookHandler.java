package io.ghlrelay.ingress;

import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.store.Header;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the ingress, or one stream of HTTP/2: bounds each request, hands it to the
 * {@link Intake}, answers. Requests of a connection are taken one after the other, so answers keep
 * their order. Confined to its event loop.
 */
final class WebhookHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(WebhookHandler.class);

  /** How long, and how far, a refused sender is read on so that it sees the answer. */
  private static final long LINGER_MILLIS = 1_000;

  private final IngressServer.Shared shared;
  private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();

  private @Nullable HttpRequest request;
  private @Nullable BodyBuffer body;
  private @Nullable Refusal refusal;
  private long receivingSince;
  private long idleSince;
  private long reserved;
  private long unwritableSince;
  private boolean answering;
  private boolean taking;
  private boolean closing;
  private @Nullable Future<?> nextLook;

  WebhookHandler(IngressServer.Shared shared) {
    this.shared = shared;
  }

  /** Behind a handshake the connection has long been active. */
  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      watch(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    watch(ctx);
    ctx.fireChannelActive();
  }

  private void watch(ChannelHandlerContext ctx) {
    if (nextLook == null) {
      idleSince = System.nanoTime();
      scheduleLook(ctx);
    }
  }

  /** The first bytes of a request have come, before they could be decoded. */
  void receiving() {
    if (receivingSince == 0 && !answering) {
      receivingSince = System.nanoTime();
    }
  }

  /** One look per connection every so often is cheaper than an alarm per request. */
  private void scheduleLook(ChannelHandlerContext ctx) {
    long period = Math.max(1, shared.config().requestTimeout().toMillis() / 4);
    nextLook = ctx.executor().schedule(() -> look(ctx), period, TimeUnit.MILLISECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    if (receivingSince != 0
        && !closing
        && now - receivingSince > shared.config().requestTimeout().toNanos()) {
      refuseAndClose(ctx, Refusal.TOO_SLOW);
    } else if ((receivingSince == 0 && !answering && now - idleSince > IngressServer.IDLE.toNanos())
        || (unwritableSince != 0
            && now - unwritableSince > shared.config().requestTimeout().toNanos())) {
      ctx.close();
    } else {
      scheduleLook(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else if (answering || !ctx.channel().isWritable()) {
      // Pipelined: its turn comes when this answer is out, and the earlier ones are being read: a
      // sender that does not read them could else fill the memory with them.
      waiting.add((HttpObject) message);
      if (ctx.channel().config().isAutoRead()) {
        // Only a sender that pipelines is held back: for the others it would cost two system
        // calls an event.
        ctx.channel().config().setAutoRead(false);
      }
    } else {
      read(ctx, (HttpObject) message);
    }
  }

  private void read(ChannelHandlerContext ctx, HttpObject message) {
    try {
      if (message.decoderResult().isFailure()) {
        refuseAndClose(ctx, malformed(message));
        return;
      }
      if (message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content && !closing) {
        gather(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private static Refusal malformed(HttpObject message) {
    Throwable cause = message.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      return message instanceof HttpRequest ? Refusal.URI_TOO_LONG : Refusal.MALFORMED;
    }
    return cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException
        ? Refusal.HEADERS_TOO_LARGE
        : Refusal.MALFORMED;
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    receiving();
    if (!StrictRequestDecoder.isSound(head)) {
      refuseAndClose(ctx, Refusal.MALFORMED);
      return;
    }
    request = head;
    refusal = refusalByHead(head);
    if (refusal == null && !mayCheck(ctx.channel(), sender(ctx, head))) {
      refusal = Refusal.UNCHECKED;
    }
    long announced = HttpUtil.getContentLength(head, -1L);
    body = new BodyBuffer(announced);
    if (refusal == Refusal.TOO_LARGE || (refusal != null && HttpUtil.is100ContinueExpected(head))) {
      refuseAndClose(ctx, refusal);
    } else if (HttpUtil.is100ContinueExpected(head)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  /** What the head alone decides: nothing of the body is kept for a request refused here. */
  private @Nullable Refusal refusalByHead(HttpRequest head) {
    String uri = head.uri();
    int query = uri.indexOf('?');
    if (!(query < 0 ? uri : uri.substring(0, query)).equals(shared.config().path())) {
      return Refusal.NOT_FOUND;
    }
    if (!head.method().equals(HttpMethod.POST)) {
      return Refusal.METHOD;
    }
    for (String coding : head.headers().getAll(HttpHeaderNames.CONTENT_ENCODING)) {
      if (!coding.equalsIgnoreCase(HttpHeaderValues.IDENTITY.toString())) {
        return Refusal.CODING;
      }
    }
    if (HttpUtil.isContentLengthSet(head)
        && HttpUtil.getContentLength(head, 0L) > shared.config().maxBodySize()) {
      return Refusal.TOO_LARGE;
    }
    if (head.headers().contains(HttpHeaderNames.EXPECT) && !HttpUtil.is100ContinueExpected(head)) {
      return Refusal.EXPECTATION;
    }
    return null;
  }

  private void gather(ChannelHandlerContext ctx, HttpContent content) {
    BodyBuffer gathered = Objects.requireNonNull(body);
    int more = content.content().readableBytes();
    if (gathered.size() + more > shared.config().maxBodySize()) {
      refuseAndClose(ctx, Refusal.TOO_LARGE);
      return;
    }
    if (refusal == null && !shared.bodies().reserve(more, Sender.isProven(ctx.channel()))) {
      refusal = Refusal.UNAVAILABLE;
    } else if (refusal == null) {
      reserved += more;
    }
    if (refusal == null) {
      gathered.add(content.content());
    } else {
      gathered.skip(more);
    }
    if (content instanceof LastHttpContent) {
      complete(ctx, gathered);
    }
  }

  private void complete(ChannelHandlerContext ctx, BodyBuffer gathered) {
    receivingSince = 0;
    answering = true;
    HttpRequest head = Objects.requireNonNull(request);
    if (refusal != null) {
      refuse(ctx, refusal);
      return;
    }
    Instant receivedAt = shared.clock().instant();
    shared
        .intake()
        .take(
            gathered.take(),
            head.headers().getAll(SignatureScheme.ED25519.header()),
            head.headers().getAll(SignatureScheme.RSA_SHA256.header()),
            endToEnd(head),
            receivedAt)
        .whenComplete(
            (result, failure) -> {
              if (ctx.executor().inEventLoop()) {
                finish(ctx, result, failure);
              } else {
                ctx.executor().execute(() -> finish(ctx, result, failure));
              }
            });
  }

  private boolean mayCheck(Channel channel, InetAddress sender) {
    // What a proxy's connection has proven it has not for each sender behind it.
    boolean proven = Sender.isProven(channel) && sender.equals(Sender.peer(channel));
    return shared.failures().mayCheck(sender, proven);
  }

  private InetAddress sender(ChannelHandlerContext ctx, HttpRequest head) {
    return Sender.of(ctx.channel(), head.headers(), shared.config().trustedProxies());
  }

  private static List<Header> endToEnd(HttpRequest head) {
    List<Header> headers = new ArrayList<>(head.headers().size());
    for (Map.Entry<String, String> header : head.headers()) {
      headers.add(new Header(header.getKey(), header.getValue()));
    }
    return headers;
  }

  private void finish(
      ChannelHandlerContext ctx, Intake.@Nullable Result result, @Nullable Throwable failure) {
    if (result != null) {
      Sender.proved(
          ctx.channel(),
          !(result instanceof Intake.Result.Refused refused
              && refused.refusal() == Refusal.UNVERIFIED));
    }
    if (result instanceof Intake.Result.Accepted accepted) {
      answer(ctx, Answers.accepted(accepted.id(), accepted.duplicate()));
    } else if (result instanceof Intake.Result.Forwarded forwarded) {
      answer(ctx, Answers.forwarded(forwarded.id(), forwarded.answer()));
    } else if (result instanceof Intake.Result.Refused refused) {
      refuse(ctx, refused.refusal());
    } else {
      log.error("A request could not be handled.", failure);
      refuse(ctx, Refusal.UNAVAILABLE);
    }
  }

  private void refuse(ChannelHandlerContext ctx, Refusal why) {
    shared.metrics().refused(why);
    if (why != Refusal.UNVERIFIED && why != Refusal.UNCHECKED) {
      answer(ctx, Answers.refused(why));
      return;
    }
    Channel channel = ctx.channel();
    InetAddress sender = sender(ctx, Objects.requireNonNull(request));
    FailureLimiter failures = shared.failures();
    switch (why == Refusal.UNVERIFIED ? failures.failed(sender) : failures.unchecked()) {
      case NOW -> answer(ctx, Answers.refused(why));
      case LATE -> {
        release(); // a flood of large bodies is not to fill the memory while it waits
        shared.noteSlowed(sender);
        ctx.executor()
            .schedule(
                () -> {
                  failures.answeredLate();
                  answer(ctx, Answers.refused(why));
                },
                FailureLimiter.DELAY.toMillis(),
                TimeUnit.MILLISECONDS);
      }
      // Streams that a proxy gathers from many senders are not ended for one of them.
      case CLOSE -> {
        closing = true;
        answering = false; // there will be no answer
        (sender.equals(Sender.peer(channel)) ? Sender.connection(channel) : channel).close();
      }
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpResponse response) {
    HttpRequest head = Objects.requireNonNull(request);
    boolean keepAlive = HttpUtil.isKeepAlive(head) && !shared.draining();
    if (!keepAlive) {
      Answers.closing(response);
    } else if (!head.protocolVersion().isKeepAliveDefault()) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    FullHttpResponse sent =
        head.method().equals(HttpMethod.HEAD) ? response.replace(ctx.alloc().buffer(0)) : response;
    release();
    request = null;
    body = null;
    refusal = null;
    idleSince = System.nanoTime();
    var written = ctx.writeAndFlush(sent);
    if (keepAlive) {
      next(ctx);
    } else {
      closing = true;
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void release() {
    shared.bodies().release(reserved);
    reserved = 0;
  }

  /** The answer is on its way: takes what was pipelined meanwhile, else reads on. */
  private void next(ChannelHandlerContext ctx) {
    answering = false;
    if (taking) {
      return; // the loop below goes on: thousands of requests must not be as many calls deep
    }
    taking = true;
    try {
      while (mayTake(ctx) && !waiting.isEmpty()) {
        read(ctx, waiting.poll());
      }
    } finally {
      taking = false;
    }
    if (mayTake(ctx) && !ctx.channel().config().isAutoRead()) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  private boolean mayTake(ChannelHandlerContext ctx) {
    return !answering && !closing && ctx.channel().isWritable();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    unwritableSince = ctx.channel().isWritable() ? 0 : System.nanoTime();
    if (mayTake(ctx)) {
      next(ctx);
    }
    ctx.fireChannelWritabilityChanged();
  }

  /** Answers before the whole request was read: the connection cannot be used again. */
  private void refuseAndClose(ChannelHandlerContext ctx, Refusal why) {
    closing = true;
    shared.metrics().refused(why);
    release();
    body = null;
    // Closing at once with unread bytes would reset the connection, and the answer could be lost
    // with it: read and drop for a moment, as long as the sender goes on sending.
    ctx.writeAndFlush(Answers.closing(Answers.refused(why)));
    ctx.channel().config().setAutoRead(true);
    ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    if (!answering) {
      release();
    } // else its body is still in use, until the answer that now nobody hears
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    if (nextLook != null) {
      nextLook.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) {
      log.debug("A connection broke.", cause);
    } else {
      log.error("A request could not be handled.", cause); // ours, not the sender's
    }
    ctx.close();
  }
}
