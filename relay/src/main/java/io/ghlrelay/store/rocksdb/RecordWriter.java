package io.ghlrelay.store.rocksdb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a record one after the other: variable-length integers (7 bits a byte, low
 * first), strings as length and UTF-8, instants and durations in microseconds, absent values as a
 * marker. Not thread-safe.
 */
final class RecordWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  RecordWriter number(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  RecordWriter bytes(byte[] value) {
    number(value.length);
    out.writeBytes(value);
    return this;
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
    number(utf8.length + 1L);
    out.writeBytes(utf8);
    return this;
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
    return out.toByteArray();
  }

  /** Microseconds since 1970. */
  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
