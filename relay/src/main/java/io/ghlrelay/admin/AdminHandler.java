package io.ghlrelay.admin;

import io.ghlrelay.store.StoreUnavailableException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of the admin listener. Confined to its event loop; operations run elsewhere. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);
  private static final int MAX_PARAMETERS = 32;

  private final Router router;
  private final AdminAccess access;
  private final LiveStreams streams;
  private final AuditLog audit;
  private final Executor threads;
  private boolean streaming;

  AdminHandler(
      Router router, AdminAccess access, LiveStreams streams, AuditLog audit, Executor threads) {
    this.router = router;
    this.access = access;
    this.streams = streams;
    this.audit = audit;
    this.threads = threads;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (streaming) {
      ctx.close(); // nothing can be asked behind a stream, which has no end
      return;
    }
    Audited change = null;
    try {
      if (request.decoderResult().isFailure()) {
        throw new ApiException(400, "The request is not well-formed HTTP.");
      }
      QueryStringDecoder uri =
          new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8, true, MAX_PARAMETERS);
      Router.Match match = router.match(request.method().name(), path(uri));
      boolean reads = match.operation().action() == null;
      change = change(ctx, request, match);
      access.check(request.headers(), reads, match.operation().open());
      ApiRequest decoded =
          new ApiRequest(
              match.variables(),
              uri.parameters(),
              request.headers(),
              ByteBufUtil.getBytes(request.content()));
      requireJson(request, decoded);
      if (match.operation().template().equals(LiveStreams.PATH) && !head) {
        streams.start(ctx, decoded);
        streaming = true;
        return;
      }
      ctx.channel().config().setAutoRead(false); // one request of a connection at a time
      Audited noted = change;
      threads.execute(
          () -> {
            ApiResponse served = serve(match.operation(), decoded);
            ApiResponse response = noted == null ? served : noted.ended(served);
            ctx.executor().execute(() -> write(ctx, response, head));
          });
    } catch (ApiException e) {
      refuse(ctx, e, change, head);
    } catch (IllegalArgumentException e) {
      refuse(ctx, new ApiException(400, "The URL is not well-formed."), change, head);
    } catch (RejectedExecutionException e) {
      refuse(ctx, new ApiException(503, "Too many requests are waiting."), change, head);
    }
  }

  private static void refuse(
      ChannelHandlerContext ctx, ApiException why, @Nullable Audited change, boolean head) {
    ApiResponse response = problem(why);
    write(ctx, change == null ? response : change.ended(response), head);
  }

  /** What is to be noted of a request that changes something; null if it only reads. */
  private @Nullable Audited change(
      ChannelHandlerContext ctx, FullHttpRequest request, Router.Match match) {
    return match.operation().action() == null
        ? null
        : new Audited(
            audit,
            match,
            request.headers(),
            access.who(request.headers()),
            ctx.channel().remoteAddress(),
            ByteBufUtil.getBytes(request.content()));
  }

  private static String path(QueryStringDecoder uri) {
    String path = uri.path();
    // An encoded slash would change which operation is meant.
    if (uri.rawPath().toLowerCase(Locale.ROOT).contains("%2f")) {
      throw new ApiException(404, "There is nothing at this path; see /openapi.json.");
    }
    return path;
  }

  private static void requireJson(FullHttpRequest request, ApiRequest decoded) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (decoded.body().length > 0
        && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new ApiException(415, "Send the body as application/json.");
    }
  }

  private static ApiResponse serve(Router.Operation operation, ApiRequest request) {
    try {
      return operation.handler().apply(request);
    } catch (ApiException e) {
      return problem(e);
    } catch (StoreUnavailableException e) {
      log.warn("{} {}: {}", operation.method(), operation.template(), e.getMessage());
      return problem(new ApiException(503, "The store cannot serve this now."));
    } catch (RuntimeException e) {
      log.error("{} {} failed.", operation.method(), operation.template(), e);
      return problem(new ApiException(500, "An error of the relay; its log has more."));
    }
  }

  private static ApiResponse problem(ApiException e) {
    String json = Problem.of(e.status(), String.valueOf(e.getMessage())).toString();
    return new ApiResponse(e.status(), Problem.MEDIA_TYPE, ApiResponse.utf8(json), e.headers());
  }

  private static void write(ChannelHandlerContext ctx, ApiResponse response, boolean head) {
    var message =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    message
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, response.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, response.body().length)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff")
        .set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.headers().forEach((name, value) -> message.headers().set(name, value));
    ctx.writeAndFlush(message);
    ctx.channel().config().setAutoRead(true);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("A connection of the admin listener broke.", cause);
    ctx.close();
  }
}
