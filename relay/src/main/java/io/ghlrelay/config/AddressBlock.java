package io.ghlrelay.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A block of addresses in CIDR form, {@code 10.0.0.0/8} or {@code fc00::/7}. Immutable. */
public final class AddressBlock {
  private final byte[] prefix;
  private final int bits;

  private AddressBlock(byte[] prefix, int bits) {
    this.prefix = prefix;
    this.bits = bits;
  }

  /**
   * Reads one; an address alone is a block of one. Never asks a name server.
   *
   * @throws IllegalArgumentException if it is none, with what was expected
   */
  public static AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    byte[] prefix = bytes(slash < 0 ? text : text.substring(0, slash), text);
    int most = prefix.length * 8;
    String length = slash < 0 ? String.valueOf(most) : text.substring(slash + 1);
    if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > most) {
      throw new IllegalArgumentException(
          "'" + text + "' (expected: a length of 0 to " + most + ")");
    }
    AddressBlock block = new AddressBlock(prefix, Integer.parseInt(length));
    if (!block.isItsFirst()) {
      throw new IllegalArgumentException(
          "'" + text + "' has bits beyond its length; did you mean '" + block + "'?");
    }
    return block;
  }

  private static byte[] bytes(String address, String whole) {
    // Anything else would be looked up as a name.
    if (address.matches("\\d{1,3}(\\.\\d{1,3}){3}")
        || address.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      try {
        return InetAddress.getByName(address).getAddress();
      } catch (UnknownHostException e) {
        throw notOne(whole, e);
      }
    }
    throw notOne(whole, null);
  }

  private static IllegalArgumentException notOne(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' (expected: addresses, for example 10.0.0.0/8 or fc00::/7)", cause);
  }

  private boolean isItsFirst() {
    return Arrays.equals(prefix, masked());
  }

  private byte[] masked() {
    byte[] first = new byte[prefix.length];
    for (int bit = 0; bit < bits; bit++) {
      first[bit >> 3] |= (byte) (prefix[bit >> 3] & (0x80 >> (bit & 7)));
    }
    return first;
  }

  /** How many leading bits its addresses share; 0 = it holds all addresses of its family. */
  public int bits() {
    return bits;
  }

  /** Whether an address is in it; never one of the other family. */
  public boolean holds(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != prefix.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit & 7);
      if (((bytes[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressBlock block
        && bits == block.bits
        && Arrays.equals(prefix, block.prefix);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(prefix) + bits;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(masked()).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four or sixteen bytes are an address", e);
    }
  }
}
