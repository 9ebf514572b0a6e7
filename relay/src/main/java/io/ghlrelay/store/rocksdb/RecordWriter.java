package io.ghlrelay.store.rocksdb;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a record one after the other: variable-length integers (7 bits a byte, low
 * first), strings as length and UTF-8, instants and durations in microseconds, absent values as a
 * marker. Not thread-safe.
 */
final class RecordWriter {
  /** Bytes of the longest number. */
  private static final int MAX_NUMBER = 10;

  private byte[] out;
  private int size;

  /** A writer with room for this many bytes before it has to grow. */
  RecordWriter(int expected) {
    this.out = new byte[expected];
  }

  RecordWriter number(long value) {
    reserve(MAX_NUMBER);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out[size++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out[size++] = (byte) rest;
    return this;
  }

  RecordWriter bytes(byte[] value) {
    number(value.length);
    return append(value);
  }

  private RecordWriter append(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, out, size, value.length);
    size += value.length;
    return this;
  }

  private void reserve(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(2 * out.length, size + more));
    }
  }

  RecordWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Absent is 0; present is its length + 1 and its bytes. */
  RecordWriter optionalText(@Nullable String value) {
    if (value == null) {
      return number(0);
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return number(utf8.length + 1L).append(utf8);
  }

  RecordWriter instant(Instant value) {
    return number(micros(value));
  }

  /** Absent is 0; present is 1 and the value. */
  RecordWriter optionalInstant(@Nullable Instant value) {
    return value == null ? number(0) : number(1).instant(value);
  }

  RecordWriter duration(Duration value) {
    return number(value.toNanos() / 1000);
  }

  /** Absent is 0; present is 1 and the value. */
  RecordWriter optionalDuration(@Nullable Duration value) {
    return value == null ? number(0) : number(1).duration(value);
  }

  byte[] done() {
    return Arrays.copyOf(out, size);
  }

  /** Microseconds since 1970. */
  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }
}
