package io.ghlrelay.ingress;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Gathers a body into one array, growing with what really came: an announced length alone reserves
 * nothing beyond {@link #FIRST}. Confined to its connection's event loop.
 */
final class BodyBuffer {
  /** First reservation, in bytes: most events fit. */
  private static final int FIRST = 16 << 10;

  private static final byte[] EMPTY = {};

  private final int announced;
  private byte[] bytes = EMPTY;
  private int size;

  /**
   * An empty buffer.
   *
   * @param announced the length that the headers announce, or -1
   */
  BodyBuffer(long announced) {
    this.announced = (int) Math.min(announced, Integer.MAX_VALUE);
  }

  int size() {
    return size;
  }

  /** Adds the readable bytes. */
  void add(ByteBuf chunk) {
    int needed = size + chunk.readableBytes();
    if (needed > bytes.length) {
      int doubled = Math.max(Math.max(needed, FIRST), bytes.length * 2);
      int capacity = announced >= needed ? Math.min(announced, doubled) : doubled;
      bytes = Arrays.copyOf(bytes, capacity);
    }
    chunk.readBytes(bytes, size, needed - size);
    size = needed;
  }

  /** Counts bytes of a request that is refused anyway, without keeping them. */
  void skip(int count) {
    size += count;
  }

  /** The body, exactly; the buffer is not to be used after this. */
  byte[] take() {
    return bytes.length == size ? bytes : Arrays.copyOf(bytes, size);
  }
}
