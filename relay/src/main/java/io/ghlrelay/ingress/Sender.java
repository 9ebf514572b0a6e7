package io.ghlrelay.ingress;

import io.ghlrelay.config.AddressBlock;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose address a request counts for: the nearest one on its way that is not a trusted proxy's.
 * What comes from anybody else says nothing of others, so nobody can speak in another's name.
 * Nothing but the limit on failures and log lines goes by it. Thread-safe.
 */
final class Sender {
  private static final AttributeKey<InetAddress> PEER = AttributeKey.valueOf(Sender.class, "peer");

  private static final AttributeKey<Boolean> PROVEN = AttributeKey.valueOf(Sender.class, "proven");

  private Sender() {}

  /** Notes who is at the other end of a connection, by TCP or by a trusted PROXY header. */
  static void connected(Channel connection, InetAddress peer) {
    connection.attr(PEER).set(peer);
  }

  /** Who is at the other end. */
  static InetAddress peer(Channel channel) {
    return Objects.requireNonNull(connection(channel).attr(PEER).get());
  }

  /** The connection of a channel: itself, or that of a stream of HTTP/2. */
  static Channel connection(Channel channel) {
    return channel instanceof Http2StreamChannel ? channel.parent() : channel;
  }

  /** Notes whether the last signature on a connection was good. */
  static void proved(Channel channel, boolean good) {
    connection(channel).attr(PROVEN).set(good);
  }

  /** Whether it was. */
  static boolean isProven(Channel channel) {
    return Boolean.TRUE.equals(connection(channel).attr(PROVEN).get());
  }

  /** Whether an address is in one of the blocks. */
  static boolean isIn(List<AddressBlock> blocks, InetAddress address) {
    for (AddressBlock block : blocks) {
      if (block.holds(address)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Who sent a request.
   *
   * @param channel it came on
   * @param headers of it
   * @param trusted networks of proxies whose word counts
   */
  static InetAddress of(Channel channel, HttpHeaders headers, List<AddressBlock> trusted) {
    InetAddress peer = peer(channel);
    if (!isIn(trusted, peer)) {
      return peer;
    }
    List<@Nullable InetAddress> hops = ForwardedHops.of(headers);
    InetAddress nearest = peer;
    for (int i = hops.size() - 1; i >= 0; i--) {
      InetAddress hop = hops.get(i);
      if (hop == null) {
        return nearest; // obfuscated, or garbage: the last that is known vouches for it
      }
      nearest = hop;
      if (!isIn(trusted, hop)) {
        return hop;
      }
    }
    return nearest;
  }
}
