package io.ghlrelay.store.rocksdb;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** One change waiting for the writer thread. Its methods are called by that thread alone. */
interface Change {

  /** Whether it must be on the disk before it is answered; else the operating system suffices. */
  boolean durable();

  /**
   * Whether it reads what earlier changes write, or is read so by later ones: then it gets a write
   * of its own, since nothing of a batch can be read, nor is counted, before it is written.
   */
  default boolean alone() {
    return false;
  }

  /** Memory it holds while it waits, in bytes; counted against the limit for admissions only. */
  default int weight() {
    return 0;
  }

  /** Adds its writes to the batch, and keeps what {@link #written} needs. */
  void prepare(WriteBatch batch) throws RocksDBException;

  /** The batch is written: updates the counters and answers. */
  void written();

  /** The batch could not be written, and nothing of it was kept: answers so. */
  void failed(RuntimeException why);
}
