package io.ghlrelay.conformance.certify;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/** A body that comes in pieces. Confined to the thread that reads it. */
final class SlowStream extends InputStream {
  private final ByteArrayInputStream bytes;
  private final int piece;
  private final Duration pause;

  SlowStream(byte[] bytes, int pieces, Duration pause) {
    this.bytes = new ByteArrayInputStream(bytes);
    this.piece = (bytes.length + pieces - 1) / pieces;
    this.pause = pause;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (bytes.available() == 0) {
      return -1;
    }
    try {
      Thread.sleep(pause.toMillis()); // the slowness itself, not a wait for anything
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while uploading");
    }
    return bytes.read(into, offset, Math.min(length, piece));
  }
}
