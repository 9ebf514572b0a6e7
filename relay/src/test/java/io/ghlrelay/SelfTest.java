package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.store.SharedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfTest {
  @TempDir private Path folder;

  private RelayConfig config(String ordering) throws IOException, ConfigException {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            """
            store: {memory: {}}
            targets: {one: {url: "http://127.0.0.1:1", ordering: %s}, two: {url: "http://127.0.0.1:2"}}
            routes: [{to: [one, two]}]
            """
                .formatted(ordering));
    return new ConfigLoader(Map.of(), Map.of()).load(file);
  }

  @Test
  void isMadeOnceAConfigurationSinceItIsAskedForEachEvent() throws Exception {
    AtomicReference<RelayConfig> config = new AtomicReference<>(config("none"));
    Self self = new Self(config::get);

    SharedStore.Member before = self.get();
    assertThat(self.get()).isSameAs(before);
    assertThat(before.targets()).containsExactlyInAnyOrder("one", "two");
    assertThat(before.ordered()).isEmpty();

    config.set(config("location"));
    assertThat(self.get().ordered()).containsExactly("one");
    assertThat(self.get().config()).isNotEqualTo(before.config());
    assertThat(self.get()).isSameAs(self.get());
  }
}
