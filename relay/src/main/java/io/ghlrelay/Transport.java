package io.ghlrelay;

import io.netty.channel.EventLoopGroup;
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

/**
 * The event loops that ingress and targets share ({@code relay-io}), one a core: epoll on Linux,
 * NIO elsewhere. Immutable.
 *
 * @param name for the log
 * @param group the loops; closed by the owner
 * @param serverType what listens on them
 * @param clientType what connects on them
 */
record Transport(
    String name,
    EventLoopGroup group,
    Class<? extends ServerSocketChannel> serverType,
    Class<? extends SocketChannel> clientType) {

  static Transport open() {
    int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
    var threads = new DefaultThreadFactory("relay-io");
    if (Epoll.isAvailable()) {
      return new Transport(
          "epoll",
          new MultiThreadIoEventLoopGroup(loops, threads, EpollIoHandler.newFactory()),
          EpollServerSocketChannel.class,
          EpollSocketChannel.class);
    }
    return new Transport(
        "nio",
        new MultiThreadIoEventLoopGroup(loops, threads, NioIoHandler.newFactory()),
        NioServerSocketChannel.class,
        NioSocketChannel.class);
  }
}
