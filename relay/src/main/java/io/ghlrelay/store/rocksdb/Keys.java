package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.EventId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * The keys of every column family; all are big-endian, so that their order is the order of time.
 *
 * <table>
 *   <caption>Layout, lengths in bytes</caption>
 *   <tr><td>events, bodies</td><td>event id 16</td></tr>
 *   <tr><td>steps</td><td>event id 16, target id 4, series 4, number of the attempt 4 (0 = none: a
 *       replay)</td></tr>
 *   <tr><td>due</td><td>target id 4, due in microseconds 8, event id 16</td></tr>
 *   <tr><td>dead</td><td>target id 4 (0 = unrouted), event id 16</td></tr>
 *   <tr><td>keys</td><td>start of the bucket in milliseconds 8, lookup hash 16</td></tr>
 * </table>
 */
final class Keys {
  /** The target id under which the dead index keeps unrouted events. */
  static final int UNROUTED = 0;

  private Keys() {}

  /** What the steps of one delivery begin with. */
  static byte[] delivery(EventId id, int target) {
    return buffer(EventId.BYTES + 4, id).putInt(target).array();
  }

  static byte[] step(EventId id, int target, int series, int number) {
    return buffer(EventId.BYTES + 12, id).putInt(target).putInt(series).putInt(number).array();
  }

  static byte[] due(int target, DuePosition position) {
    return ByteBuffer.allocate(12 + EventId.BYTES)
        .putInt(target)
        .putLong(RecordWriter.micros(position.due()))
        .putLong(position.eventId().msb())
        .putLong(position.eventId().lsb())
        .array();
  }

  static DuePosition duePosition(byte[] key) {
    Instant due = Instant.EPOCH.plus(ByteBuffer.wrap(key).getLong(4), ChronoUnit.MICROS);
    return new DuePosition(due, EventId.fromBytes(key, 12));
  }

  static byte[] dead(int target, EventId id) {
    return ByteBuffer.allocate(4 + EventId.BYTES)
        .putInt(target)
        .putLong(id.msb())
        .putLong(id.lsb())
        .array();
  }

  static byte[] duplicate(long bucket, byte[] lookup) {
    return ByteBuffer.allocate(8 + lookup.length).putLong(bucket).put(lookup).array();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  /** The target id at the head of a due or dead key. */
  static int target(byte[] key) {
    return ByteBuffer.wrap(key).getInt(0);
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static ByteBuffer buffer(int size, EventId id) {
    return ByteBuffer.allocate(size).putLong(id.msb()).putLong(id.lsb());
  }
}
