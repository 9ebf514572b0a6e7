package io.ghlrelay.it;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that speaks HTTP/2 frame by frame, and need not be polite. Thread-safe. */
final class RawHttp2 implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Frames frames = new Frames();
  final Channel channel;

  RawHttp2(int port) throws Exception {
    SslContext tls =
        SslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2))
            .build();
    channel =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel raw) {
                    raw.pipeline()
                        .addLast(
                            tls.newHandler(raw.alloc()),
                            Http2FrameCodecBuilder.forClient()
                                .initialSettings(Http2Settings.defaultSettings().pushEnabled(false))
                                .encoderEnforceMaxConcurrentStreams(false)
                                .encoderIgnoreMaxHeaderListSize(true)
                                .encoderEnforceMaxRstFramesPerWindow(0, 0)
                                .build(),
                            frames);
                  }
                })
            .connect("127.0.0.1", port)
            .sync()
            .channel();
  }

  /** What came, a word and a number each: {@code status 200}, {@code goaway 11}, {@code closed}. */
  List<String> seen() {
    return seen;
  }

  static Http2Headers post(String path) {
    return new DefaultHttp2Headers().method("POST").scheme("https").authority("r").path(path);
  }

  Http2FrameStream newStream() {
    return frames.newStream();
  }

  void headers(Http2FrameStream stream, Http2Headers headers, boolean last) {
    channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, last).stream(stream));
  }

  void data(Http2FrameStream stream, byte[] bytes, boolean last) {
    channel.writeAndFlush(
        new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), last).stream(stream));
  }

  void reset(Http2FrameStream stream) {
    channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(stream));
  }

  /** A mistake for which the server resets the stream: it may send nothing more than before. */
  void windowOfNothing(Http2FrameStream stream) {
    channel.eventLoop().execute(() -> frames.windowOfNothing(stream));
  }

  void write(Http2Frame frame) {
    channel.writeAndFlush(frame);
  }

  private final class Frames extends Http2ChannelDuplexHandler {
    private @Nullable ChannelHandlerContext codec;

    @Override
    protected void handlerAdded0(ChannelHandlerContext ctx) {
      codec = ctx.pipeline().context(Http2FrameCodec.class);
    }

    void windowOfNothing(Http2FrameStream stream) {
      ChannelHandlerContext ctx = Objects.requireNonNull(codec);
      ((Http2FrameCodec) ctx.handler())
          .encoder()
          .frameWriter()
          .writeWindowUpdate(ctx, stream.id(), 0, ctx.newPromise());
      ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2HeadersFrame headers) {
        seen.add("status " + headers.headers().status());
      } else if (message instanceof Http2GoAwayFrame away) {
        seen.add("goaway " + away.errorCode() + " " + away.lastStreamId());
      } else if (message instanceof Http2ResetFrame reset) {
        seen.add("reset " + reset.errorCode());
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      seen.add("closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      seen.add("error " + cause);
    }
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
