package io.ghlrelay;

import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.SharedStore;
import java.util.List;
import java.util.Set;

/** Between this relay and the others that share its store. */
final class Others implements SharedStore.Watcher {
  private final Dispatcher dispatcher;

  Others(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  @Override
  public void queuesChanged() {
    dispatcher.reread();
  }

  @Override
  public void arrived(List<Delivery> deliveries) {
    dispatcher.pending(deliveries);
  }

  @Override
  public void pausesChanged(Set<String> paused) {
    dispatcher.pausesChanged(paused);
  }
}
