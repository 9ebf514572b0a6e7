package io.ghlrelay.store.postgres;

import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.EventStoreContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class PostgresEventStoreTest extends EventStoreContract {

  @Override
  protected EventStore open() {
    TestDatabase database = TestDatabase.shared();
    database.clear();
    return PostgresEventStore.open(
        "jdbc:" + database.url(),
        database.user(),
        database.password(),
        "test",
        "1",
        RETENTION,
        0, // counts anew each time
        new SimpleMeterRegistry());
  }
}
