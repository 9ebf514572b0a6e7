package io.ghlrelay;

import io.ghlrelay.admin.ConfigJson;
import io.ghlrelay.config.FlowConfig.Ordering;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.store.SharedStore;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What others should know of this relay now. Asked for each event, so it is made once a
 * configuration, which is never changed but replaced. Thread-safe.
 */
final class Self implements Supplier<SharedStore.Member> {
  private final Supplier<RelayConfig> config;
  private volatile @Nullable Known known;

  private record Known(RelayConfig config, SharedStore.Member member) {}

  Self(Supplier<RelayConfig> config) {
    this.config = config;
  }

  /** Comparing what is in two configurations would cost more than what is saved. */
  @Override
  @SuppressWarnings("ReferenceEquality")
  public SharedStore.Member get() {
    RelayConfig now = config.get();
    Known last = known;
    if (last == null || last.config() != now) {
      last = new Known(now, member(now));
      known = last;
    }
    return last.member();
  }

  private static SharedStore.Member member(RelayConfig config) {
    Set<String> ordered =
        config.targets().values().stream()
            .filter(target -> target.flow().ordering() != Ordering.NONE)
            .map(TargetConfig::name)
            .collect(Collectors.toSet());
    return new SharedStore.Member(
        config.targets().keySet(), ordered, ConfigJson.fingerprint(config));
  }
}
