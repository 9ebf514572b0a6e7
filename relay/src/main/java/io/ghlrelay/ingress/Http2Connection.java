package io.ghlrelay.ingress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DecoratingHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2PriorityFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that speaks HTTP/2: its limits, its end. Each stream of it carries one request, to a
 * {@link WebhookHandler} of its own. Confined to its event loop.
 */
final class Http2Connection extends ChannelDuplexHandler {
  /** The event that asks connections to end when their requests are answered. */
  static final Object DRAIN = new Object();

  /** Requests at once on a connection. */
  static final int MAX_STREAMS = 100;

  /**
   * Streams that a client may cancel within {@link #RESET_SECONDS}, and as many that it may have
   * the relay reset by its mistakes: beyond it, it is taken for a rapid reset (CVE-2023-44487,
   * CVE-2025-55163), and the connection is closed.
   */
  static final int MAX_RESETS = 200;

  private static final int RESET_SECONDS = 30;

  /** Frames that continue a header block: more are a flood (CVE-2024-27983 and its kin). */
  private static final int MAX_CONTINUATIONS = 16;

  /** Empty frames of data in a row. */
  private static final int MAX_EMPTY_DATA = 2;

  /** Answers to pings and settings that may wait for a client that does not read. */
  private static final int MAX_QUEUED_CONTROLS = 1_000;

  /** Pings, settings and priorities that a connection may send, and for each request some more. */
  private static final int MAX_CONTROLS = 500;

  private static final int CONTROLS_PER_REQUEST = 10;

  /** How long requests under way may take when the connection ends. */
  private static final long GRACE_MILLIS = 2_000;

  private static final AsciiString TOO_LARGE =
      HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.codeAsText();

  private static final Logger log = LoggerFactory.getLogger(Http2Connection.class);

  private final IngressServer.Shared shared;
  private final Http2FrameCodec codec;
  private long idleSince = System.nanoTime();
  private long controls;
  private long requests;

  private Http2Connection(IngressServer.Shared shared, Http2FrameCodec codec) {
    this.shared = shared;
    this.codec = codec;
  }

  /**
   * Counts what the codec itself refuses, since it never becomes a request, and lets the sender see
   * that answer: the codec resets its stream as an error, for which a client may throw the answer
   * away, whereas it must not for {@link Http2Error#NO_ERROR} (RFC 9113, section 8.1).
   */
  private static final class RefusingEncoder extends DecoratingHttp2ConnectionEncoder {
    private final IngressServer.Shared shared;
    private final Http2FrameWriter writer;
    private int refused;

    RefusingEncoder(Http2ConnectionEncoder encoder, IngressServer.Shared shared) {
      super(encoder);
      this.shared = shared;
      writer =
          new DecoratingHttp2FrameWriter(encoder.frameWriter()) {
            @Override
            public ChannelFuture writeRstStream(
                ChannelHandlerContext ctx, int stream, long error, ChannelPromise promise) {
              long code = stream == refused ? Http2Error.NO_ERROR.code() : error;
              return super.writeRstStream(ctx, stream, code, promise);
            }
          };
    }

    @Override
    public Http2FrameWriter frameWriter() {
      return writer;
    }

    @Override
    public ChannelFuture writeHeaders(
        ChannelHandlerContext ctx,
        int stream,
        Http2Headers headers,
        int padding,
        boolean last,
        ChannelPromise promise) {
      if (TOO_LARGE.contentEquals(headers.status())) {
        shared.metrics().refused(Refusal.HEADERS_TOO_LARGE);
        refused = stream;
      }
      return super.writeHeaders(ctx, stream, headers, padding, last, promise);
    }
  }

  private static final class CodecBuilder extends Http2FrameCodecBuilder {
    private final IngressServer.Shared shared;

    CodecBuilder(IngressServer.Shared shared) {
      this.shared = shared;
      server(true);
    }

    @Override
    protected Http2FrameCodec build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return super.build(decoder, new RefusingEncoder(encoder, shared), settings);
    }
  }

  /** Adds the handlers of HTTP/2 to a connection that has negotiated it. */
  static void begin(ChannelPipeline pipeline, IngressServer.Shared shared) {
    Http2FrameCodec codec =
        new CodecBuilder(shared)
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(MAX_STREAMS)
                    .maxHeaderListSize(ConnectionSetup.MAX_HEADERS))
            .validateHeaders(true)
            .gracefulShutdownTimeoutMillis(GRACE_MILLIS)
            .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
            .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
            .decoderEnforceMaxSmallContinuationFrames(MAX_CONTINUATIONS)
            .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA)
            .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROLS)
            .build();
    pipeline.addLast(
        codec,
        new Http2Connection(shared, codec),
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream
                    .pipeline()
                    .addLast(
                        new Http2StreamFrameToHttpObjectCodec(true),
                        new Http2Stream(),
                        new WebhookHandler(shared));
              }
            }));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    scheduleLook(ctx);
    if (shared.draining()) {
      leave(ctx, Integer.MAX_VALUE);
    }
  }

  private void scheduleLook(ChannelHandlerContext ctx) {
    long period = Math.max(1, shared.config().requestTimeout().toMillis() / 4);
    ctx.executor().schedule(() -> look(ctx), period, TimeUnit.MILLISECONDS);
  }

  /** Ends a connection without a request for long; a request has its own time. */
  private void look(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    if (codec.connection().numActiveStreams() > 0) {
      idleSince = now;
    }
    if (now - idleSince > IngressServer.IDLE.toNanos()) {
      close(ctx, ctx.newPromise());
    } else {
      scheduleLook(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2HeadersFrame) {
      requests++;
      idleSince = System.nanoTime();
    } else if ((message instanceof Http2PingFrame
            || message instanceof Http2SettingsFrame
            || message instanceof Http2PriorityFrame)
        && ++controls > MAX_CONTROLS + CONTROLS_PER_REQUEST * requests) {
      ReferenceCountUtil.release(message);
      log.debug("A connection was closed: too many pings or settings.");
      // At once: whoever floods is not waited for.
      ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM))
          .addListener(sent -> ctx.channel().unsafe().close(ctx.voidPromise()));
      return;
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == DRAIN) {
      leave(ctx, Integer.MAX_VALUE);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** The last request taken is named at last, so that a client knows which to send again. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    leave(ctx, 0);
    ctx.close(promise);
  }

  /**
   * Asks the client to open no more streams (RFC 9113, section 6.8).
   *
   * @param more how many requests are taken all the same, since they may be under way
   */
  private static void leave(ChannelHandlerContext ctx, int more) {
    Http2GoAwayFrame frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
    frame.setExtraStreamIds(more);
    ctx.writeAndFlush(frame);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2FrameStreamException) {
      ctx.fireExceptionCaught(cause); // a mistake in one stream resets that one
      return;
    }
    log.debug("A connection broke.", cause);
    ctx.close();
  }
}
