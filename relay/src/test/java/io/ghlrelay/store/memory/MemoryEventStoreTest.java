package io.ghlrelay.store.memory;

import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.EventStoreContract;

/** The contract, by the store in memory. */
class MemoryEventStoreTest extends EventStoreContract {
  @Override
  protected EventStore open() {
    return new MemoryEventStore();
  }
}
