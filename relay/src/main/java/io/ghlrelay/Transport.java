package io.ghlrelay;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The network's event loops: epoll on Linux, NIO elsewhere. Immutable.
 *
 * <p>Ingress and delivery have loops of their own. The ingress's are busy verifying signatures; an
 * answer of a target that waited behind dozens of those would hold one of the target's few slots
 * meanwhile, and the operating system shares the processors out better than one queue can.
 *
 * @param name for the log
 * @param ingress the loops that take events in ({@code relay-ingress}), one a core
 * @param delivery the loops that deliver ({@code relay-delivery}), half as many
 * @param serverType what listens on them
 * @param clientType what connects on them
 */
record Transport(
    String name,
    EventLoopGroup ingress,
    EventLoopGroup delivery,
    Class<? extends ServerSocketChannel> serverType,
    Class<? extends SocketChannel> clientType) {

  static Transport open() {
    if (Epoll.isAvailable()) {
      return open(
          "epoll",
          EpollIoHandler.newFactory(),
          EpollServerSocketChannel.class,
          EpollSocketChannel.class);
    }
    return open(
        "nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
  }

  private static Transport open(
      String name,
      IoHandlerFactory io,
      Class<? extends ServerSocketChannel> serverType,
      Class<? extends SocketChannel> clientType) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new Transport(
        name,
        loops("relay-ingress", Math.max(2, cores), io),
        loops("relay-delivery", Math.max(1, cores / 2), io),
        serverType,
        clientType);
  }

  private static EventLoopGroup loops(String name, int count, IoHandlerFactory io) {
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name), io);
  }

  /** Ends the loops, with what is open on them. */
  void close() {
    ingress.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    delivery.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    ingress.terminationFuture().awaitUninterruptibly();
    delivery.terminationFuture().awaitUninterruptibly();
  }
}
