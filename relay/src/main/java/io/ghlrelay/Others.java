package io.ghlrelay;

import io.ghlrelay.admin.ConfigJson;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.Dispatcher;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.SharedStore;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** What others should know of a relay under this configuration. */
  static SharedStore.Member member(RelayConfig config) {
    Set<String> ordered =
        config.targets().values().stream()
            .filter(target -> target.flow().ordering() != Ordering.NONE)
            .map(TargetConfig::name)
            .collect(Collectors.toSet());
    return new SharedStore.Member(
        config.targets().keySet(), ordered, ConfigJson.fingerprint(config));
  }
}
