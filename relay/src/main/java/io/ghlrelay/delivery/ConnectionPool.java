package io.ghlrelay.delivery;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Idle connections of one event loop, by endpoint; confined to that loop. */
final class ConnectionPool {
  /**
   * How long a connection may idle: less than the 5 s after which Node and Apache close theirs, so
   * that a request seldom meets a connection about to close.
   */
  static final Duration IDLE = Duration.ofSeconds(4);

  /** Idle connections kept per endpoint and loop. */
  private static final int MAX_IDLE = 64;

  private final Map<Endpoint, ArrayDeque<Channel>> idle = new HashMap<>();
  private boolean closed;

  /** The connection used last, which is the one most likely alive; null if there is none. */
  @Nullable Channel take(Endpoint endpoint) {
    ArrayDeque<Channel> channels = idle.get(endpoint);
    while (channels != null && !channels.isEmpty()) {
      Channel channel = channels.pollLast();
      if (channel.isActive()) {
        return channel;
      }
    }
    return null;
  }

  /**
   * Keeps a connection for the next request, or closes it; it closes itself after {@link #IDLE}.
   */
  void give(Endpoint endpoint, Channel channel) {
    ArrayDeque<Channel> channels = idle.computeIfAbsent(endpoint, e -> new ArrayDeque<>());
    if (closed || channels.size() >= MAX_IDLE) {
      channel.close();
      return;
    }
    channels.addLast(channel);
  }

  /** A connection has closed. */
  void forget(Endpoint endpoint, Channel channel) {
    ArrayDeque<Channel> channels = idle.get(endpoint);
    if (channels != null) {
      channels.remove(channel);
      if (channels.isEmpty()) {
        idle.remove(endpoint);
      }
    }
  }

  /** Closes what is idle, and from now on whatever is given. */
  void close() {
    closed = true;
    idle.values().forEach(channels -> List.copyOf(channels).forEach(Channel::close));
  }
}
