package io.ghlrelay.store;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/**
 * The relay's own id of an event: a UUID version 7 (RFC 9562), so that ids sort by the time of
 * admission; that of an event which is not stored is {@link #named}. Immutable.
 *
 * @param msb the high 64 bits: 48 bits of Unix milliseconds, version, 12 bits of counter
 * @param lsb the low 64 bits: variant, random
 */
public record EventId(long msb, long lsb) implements Comparable<EventId> {

  /** Length of {@link #toBytes()}. */
  public static final int BYTES = 16;

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if it is not a UUID
   */
  public static EventId parse(String text) {
    if (text.length() != 36) {
      throw new IllegalArgumentException("event id: " + text + " (expected: a UUID)");
    }
    UUID uuid = UUID.fromString(text);
    return new EventId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  /** Reads 16 big-endian bytes at {@code offset}. */
  public static EventId fromBytes(byte[] bytes, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, BYTES);
    return new EventId(buffer.getLong(), buffer.getLong());
  }

  /**
   * The id of an event that is not stored: a UUID version 8 of a hash of what names the event.
   *
   * @param hash of a cryptographic function, 16 bytes
   */
  static EventId named(byte[] hash) {
    EventId bits = fromBytes(hash, 0);
    return new EventId((bits.msb & ~0xF000L) | 0x8000L, (bits.lsb >>> 2) | 0x8000_0000_0000_0000L);
  }

  /** The least id of a millisecond: for ranges over time. */
  public static EventId lowest(Instant at) {
    return new EventId((at.toEpochMilli() << 16) | 0x7000L, 0x8000_0000_0000_0000L);
  }

  /** 16 big-endian bytes that sort as the ids do. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(msb).putLong(lsb).array();
  }

  /** When the event was admitted, to the millisecond. */
  public Instant time() {
    return Instant.ofEpochMilli(msb >>> 16);
  }

  @Override
  public int compareTo(EventId other) {
    int high = Long.compareUnsigned(msb, other.msb);
    return high != 0 ? high : Long.compareUnsigned(lsb, other.lsb);
  }

  @Override
  public String toString() {
    return new UUID(msb, lsb).toString();
  }
}
