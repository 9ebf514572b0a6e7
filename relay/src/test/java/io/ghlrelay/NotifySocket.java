package io.ghlrelay;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Systemd's end of NOTIFY_SOCKET: takes what a service tells. Needs epoll. */
public final class NotifySocket implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

  /**
   * What was told.
   *
   * @param text all of it
   * @param nanos when it came, by {@code System.nanoTime()}
   */
  public record Message(String text, long nanos) {}

  /** Binds a path, or an abstract name if it starts with an @. */
  public NotifySocket(String path) {
    new Bootstrap()
        .group(loop)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket got) {
                messages.add(
                    new Message(got.content().toString(StandardCharsets.UTF_8), System.nanoTime()));
              }
            })
        .bind(new DomainSocketAddress(path.startsWith("@") ? "\0" + path.substring(1) : path))
        .syncUninterruptibly();
  }

  /** The text of the next message, in the order they came. */
  public String next() throws InterruptedException {
    return nextMessage().text();
  }

  /** The next message, in the order they came. */
  public Message nextMessage() throws InterruptedException {
    Message message = messages.poll(30, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("the service tells nothing");
    }
    return message;
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
