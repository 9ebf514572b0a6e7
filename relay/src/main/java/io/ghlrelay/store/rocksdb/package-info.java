/**
 * The embedded, durable store on RocksDB. May use {@code store} and what that may use.
 *
 * <p>One writer thread makes every change, so that the duplicate check, the counters and the order
 * of outcomes need no lock; readers read RocksDB directly.
 */
@NullMarked
package io.ghlrelay.store.rocksdb;

import org.jspecify.annotations.NullMarked;
