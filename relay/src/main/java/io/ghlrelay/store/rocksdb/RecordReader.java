package io.ghlrelay.store.rocksdb;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RecordWriter} wrote; throws {@link CorruptRecordException} on anything else.
 */
final class RecordReader {
  private final byte[] bytes;
  private int position;

  RecordReader(byte[] bytes) {
    this.bytes = bytes;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position >= bytes.length) {
        throw new CorruptRecordException("a record ends early");
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CorruptRecordException("a number is too long");
  }

  int smallNumber() {
    long value = number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new CorruptRecordException("a number is out of range: " + value);
    }
    return (int) value;
  }

  byte[] bytes() {
    return take(smallNumber());
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  @Nullable String optionalText() {
    int length = smallNumber();
    return length == 0 ? null : new String(take(length - 1), StandardCharsets.UTF_8);
  }

  Instant instant() {
    return Instant.EPOCH.plus(number(), ChronoUnit.MICROS);
  }

  @Nullable Instant optionalInstant() {
    return flag() ? instant() : null;
  }

  Duration duration() {
    return Duration.of(number(), ChronoUnit.MICROS);
  }

  @Nullable Duration optionalDuration() {
    return flag() ? duration() : null;
  }

  boolean flag() {
    long value = number();
    if (value != 0 && value != 1) {
      throw new CorruptRecordException("a flag is neither 0 nor 1: " + value);
    }
    return value == 1;
  }

  /** One of an enum's values, by its ordinal. */
  <T> T oneOf(T[] values) {
    long ordinal = number();
    if (ordinal < 0 || ordinal >= values.length) {
      throw new CorruptRecordException("no such value: " + ordinal);
    }
    return values[(int) ordinal];
  }

  void end() {
    if (position != bytes.length) {
      throw new CorruptRecordException("a record goes on behind its end");
    }
  }

  private byte[] take(int length) {
    if (length > bytes.length - position) {
      throw new CorruptRecordException("a record ends early");
    }
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }
}
