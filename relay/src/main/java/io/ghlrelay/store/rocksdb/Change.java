package io.ghlrelay.store.rocksdb;

import io.ghlrelay.store.commit.GroupCommit;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** One change waiting for the writer thread. Its methods are called by that thread alone. */
interface Change extends GroupCommit.Change {

  /**
   * Whether it reads what earlier changes write, or is read so by later ones: then it gets a write
   * of its own, since nothing of a batch can be read, nor is counted, before it is written.
   */
  default boolean alone() {
    return false;
  }

  /** Adds its writes to the batch, and keeps what {@link #written} needs. */
  void prepare(WriteBatch batch) throws RocksDBException;

  /** The batch is written: updates the counters and answers. */
  void written();
}
