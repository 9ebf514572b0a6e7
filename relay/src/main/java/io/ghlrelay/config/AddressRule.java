package io.ghlrelay.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses a target may have. It is asked of the address that is connected to, so that a
 * name that resolves anew, to somewhere else, gains nothing. Immutable.
 *
 * <p>Link-local addresses and the cloud providers' metadata services are nobody's target: whoever
 * reaches them can often have the machine's credentials. Private addresses commonly are targets.
 *
 * @param linkLocal whether link-local and metadata addresses are allowed all the same
 * @param publicOnly whether every address is refused that is not reached over the internet
 */
public record AddressRule(boolean linkLocal, boolean publicOnly) {
  /** Anything but link-local and metadata addresses. */
  public static final AddressRule DEFAULT = new AddressRule(false, false);

  /** Metadata services that are not link-local: AWS over IPv6, Alibaba Cloud, Oracle Cloud. */
  private static final Set<String> METADATA =
      Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192");

  /** IANA's special-purpose blocks that Java's own predicates do not know. */
  private static final List<AddressBlock> SPECIAL =
      Stream.of(
              "0.0.0.0/8",
              "100.64.0.0/10",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "240.0.0.0/4",
              "fc00::/7",
              "2001:db8::/32",
              "100::/64")
          .map(AddressBlock::parse)
          .toList();

  /** IPv6 addresses that lead to the IPv4 address in their last four bytes, or behind 2002. */
  private static final AddressBlock NAT64 = AddressBlock.parse("64:ff9b::/96");

  private static final AddressBlock SIX_TO_FOUR = AddressBlock.parse("2002::/16");

  /**
   * Why an address is refused.
   *
   * @return for the operator; null = it is not refused
   */
  public @Nullable String refusal(InetAddress address) {
    InetAddress real = reached(address);
    if (real.isLinkLocalAddress() || METADATA.contains(real.getHostAddress())) {
      return linkLocal ? null : "link-local, or a cloud's metadata service (allowLinkLocal)";
    }
    if (!publicOnly) {
      return null;
    }
    boolean special =
        real.isLoopbackAddress()
            || real.isAnyLocalAddress()
            || real.isSiteLocalAddress()
            || real.isMulticastAddress()
            || SPECIAL.stream().anyMatch(block -> block.holds(real));
    return special ? "not a public address (targetNetworks: public)" : null;
  }

  /** The IPv4 address that a translated IPv6 address leads to; any other address itself. */
  private static InetAddress reached(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (NAT64.holds(address)) {
      return ofBytes(Arrays.copyOfRange(bytes, 12, 16));
    }
    return SIX_TO_FOUR.holds(address) ? ofBytes(Arrays.copyOfRange(bytes, 2, 6)) : address;
  }

  private static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
