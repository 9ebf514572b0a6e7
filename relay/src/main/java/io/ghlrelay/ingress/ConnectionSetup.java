package io.ghlrelay.ingress;

import io.ghlrelay.config.IngressConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an accepted connection its handlers, layer by layer as they become known: PROXY header,
 * TLS, then HTTP/1.1 or HTTP/2. Thread-safe.
 */
final class ConnectionSetup extends ChannelInitializer<SocketChannel> {
  /** Longest request line, in bytes. */
  private static final int MAX_LINE = 8 << 10;

  /** Largest header block, in bytes: two signatures take 1 KiB. */
  static final int MAX_HEADERS = 16 << 10;

  /** Longest list of extras in a PROXY header, in bytes; a client's certificate is the longest. */
  private static final int MAX_PROXY_EXTRAS = 4 << 10;

  private static final Logger log = LoggerFactory.getLogger(ConnectionSetup.class);

  private final IngressServer.Shared shared;
  private final ChannelGroup connections;

  ConnectionSetup(IngressServer.Shared shared, ChannelGroup connections) {
    this.shared = shared;
    this.connections = connections;
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    IngressConfig config = shared.config();
    InetSocketAddress peer = channel.remoteAddress();
    if (peer == null || connections.size() >= config.maxConnections()) {
      channel.close();
      return;
    }
    connections.add(channel);
    InetAddress address = peer.getAddress();
    Sender.connected(channel, address);
    if (!config.proxyProtocol()) {
      secure(channel);
    } else if (Sender.isIn(config.trustedProxies(), address)) {
      channel
          .pipeline()
          .addLast(
              new HAProxyMessageDecoder(MAX_PROXY_EXTRAS),
              new ProxyHeader(config.requestTimeout(), () -> secure(channel)));
    } else {
      ProxyHeader.refused(address, "it is not in ingress.trustedProxies");
      channel.close();
    }
  }

  private void secure(SocketChannel channel) {
    Certificate certificate = shared.certificate();
    if (certificate == null) {
      http1(channel, shared);
      return;
    }
    SslHandler tls = certificate.context().newHandler(channel.alloc());
    tls.setHandshakeTimeoutMillis(shared.config().requestTimeout().toMillis());
    channel.pipeline().addLast(tls, new Negotiated());
  }

  /** Once the handshake is over; a client that does not negotiate speaks HTTP/1.1. */
  private final class Negotiated extends ApplicationProtocolNegotiationHandler {
    Negotiated() {
      super(ApplicationProtocolNames.HTTP_1_1);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        Http2Connection.begin(ctx.pipeline(), shared);
      } else {
        http1(ctx.channel(), shared);
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      log.debug("A TLS handshake failed.", cause);
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      log.debug("A connection broke in its TLS handshake.", cause);
      ctx.close();
    }
  }

  /** What a connection's bytes pass, behind TLS. */
  static void http1(Channel channel, IngressServer.Shared shared) {
    WebhookHandler webhooks = new WebhookHandler(shared);
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setValidateHeaders(true);
    channel
        .pipeline()
        .addLast(
            // before the decoder: a request's time runs from its first byte
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                webhooks.receiving();
                ctx.fireChannelRead(message);
              }
            },
            new StrictRequestDecoder(limits),
            new HttpResponseEncoder(),
            webhooks);
  }
}
