package io.ghlrelay.ingress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the PROXY header (versions 1 and 2, HAProxy's proxy-protocol.txt) that a trusted proxy puts
 * before all else, and nothing without it. Behind its decoder; confined to its event loop.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
  private static final Logger log = LoggerFactory.getLogger(ProxyHeader.class);
  private static final NotePace notes = new NotePace();

  private final Duration patience;
  private final Runnable whenTaken;
  private @Nullable Future<?> timeout;

  /**
   * A handler for one connection.
   *
   * @param patience how long the header may take
   * @param whenTaken adds the handlers of what follows
   */
  ProxyHeader(Duration patience, Runnable whenTaken) {
    this.patience = patience;
    this.whenTaken = whenTaken;
  }

  /** Tells the operator why a connection was closed, now and then: floods fill no log. */
  static void refused(InetAddress peer, String why) {
    if (notes.due()) {
      log.warn("A connection from {} was closed (ingress.proxyProtocol): {}.", peer, why);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout =
        ctx.executor()
            .schedule(
                () -> refuse(ctx, "no PROXY header came in time"),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
    InetAddress source = source(header);
    if (source != null) {
      Sender.connected(ctx.channel(), source);
    }
    whenTaken.run();
    ctx.pipeline().remove(this);
  }

  /** Null where the proxy speaks for itself (a health check), or of no address. */
  private static @Nullable InetAddress source(HAProxyMessage header) {
    String text = header.sourceAddress();
    byte[] bytes =
        header.command() == HAProxyCommand.LOCAL || text == null
            ? null
            : NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("NetUtil gives four or sixteen bytes", e);
    }
  }

  private static void refuse(ChannelHandlerContext ctx, String why) {
    refused(Sender.peer(ctx.channel()), why);
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("A connection has no PROXY header that can be read.", cause);
    refuse(ctx, "it did not begin with a PROXY header");
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }
}
