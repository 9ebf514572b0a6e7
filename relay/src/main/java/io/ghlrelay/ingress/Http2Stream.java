package io.ghlrelay.ingress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a stream of HTTP/2 look as a request of HTTP/1.1 does: nothing but the request, with the
 * headers that the sender gave it. Confined to its event loop.
 */
final class Http2Stream extends ChannelDuplexHandler {
  private static final Logger log = LoggerFactory.getLogger(Http2Stream.class);

  private boolean received;
  private boolean answered;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpObject)) {
      ReferenceCountUtil.release(message); // priorities, frames of extensions
      return;
    }
    if (message instanceof HttpRequest head) {
      // The codec notes what HTTP/1.1 has no place for; the event is to hold what was sent.
      for (ExtensionHeaderNames name : ExtensionHeaderNames.values()) {
        head.headers().remove(name.text());
      }
    }
    received |= message instanceof LastHttpContent;
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    answered |=
        message instanceof HttpResponse head
            && head.status().codeClass() != HttpStatusClass.INFORMATIONAL;
    ctx.write(message, promise);
  }

  /** An answer may be early: the rest of the request is then not wanted (RFC 9113, section 8.1). */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (answered && !received) {
      ctx.write(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
    }
    ctx.close(promise);
  }

  /** The sender's mistake in a frame: whoever tells of it then resets the stream, with its code. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2Exception) {
      log.debug("A stream broke.", cause);
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }
}
