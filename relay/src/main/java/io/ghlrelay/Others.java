package io.ghlrelay;

import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.ingress.CompanyDirectory;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.SharedStore;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Between this relay and the others that share its store. */
final class Others implements SharedStore.Watcher {
  private final Dispatcher dispatcher;
  private final CompanyDirectory companies;
  private Map<String, String> companiesBefore = Map.of();

  Others(Dispatcher dispatcher, CompanyDirectory companies) {
    this.dispatcher = dispatcher;
    this.companies = companies;
  }

  /** Only what has changed: this relay may have learnt more since they were read. */
  @Override
  public void companiesChanged(Map<String, String> learnt) {
    for (String location : companiesBefore.keySet()) {
      if (!learnt.containsKey(location)) {
        companies.forget(location);
      }
    }
    learnt.forEach(
        (location, company) -> {
          if (!company.equals(companiesBefore.get(location))) {
            companies.learn(location, company);
          }
        });
    companiesBefore = Map.copyOf(learnt);
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
