package io.ghlrelay.store;

import java.util.ArrayList;
import java.util.List;

/** Many ids in little memory, 16 bytes each. Not thread-safe. */
final class EventIdList {
  private static final int CHUNK = 1 << 16;

  private final List<long[]> chunks = new ArrayList<>();
  private long size;

  void add(EventId id) {
    int at = (int) (size % CHUNK);
    if (at == 0) {
      chunks.add(new long[2 * CHUNK]);
    }
    long[] chunk = chunks.get(chunks.size() - 1);
    chunk[2 * at] = id.msb();
    chunk[2 * at + 1] = id.lsb();
    size++;
  }

  EventId get(long index) {
    long[] chunk = chunks.get((int) (index / CHUNK));
    int at = (int) (index % CHUNK);
    return new EventId(chunk[2 * at], chunk[2 * at + 1]);
  }

  long size() {
    return size;
  }
}
