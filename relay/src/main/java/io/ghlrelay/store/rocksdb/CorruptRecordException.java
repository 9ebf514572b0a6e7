package io.ghlrelay.store.rocksdb;

/** A stored record is not what this version writes: a damaged or foreign folder. */
final class CorruptRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CorruptRecordException(String message) {
    super(message);
  }
}
