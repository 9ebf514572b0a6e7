package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.store.SharedStore.RelayInfo;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gauges that are refreshed while they are scraped. */
class RelayGaugesTest {
  private final ManualClock clock = new ManualClock();
  private final MemoryEventStore store = new MemoryEventStore();
  private final FakeControl control = new FakeControl(store, clock);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final RelayGauges gauges =
      new RelayGauges(registry, control, store, clock, "1", "commit");
  @TempDir private Path folder;

  @AfterEach
  void close() {
    gauges.close();
  }

  private void configure(String... targets) throws Exception {
    StringBuilder yaml = new StringBuilder("store: {memory: {}}\ntargets:\n");
    for (String target : targets) {
      yaml.append("  ").append(target).append(": {url: \"https://x.example/\"}\n");
    }
    Path file = Files.writeString(folder.resolve("relay.yaml"), yaml);
    control.config = new ConfigLoader(Map.of(), Map.of()).load(file);
  }

  private List<String> lines(String name) {
    return registry.scrape().lines().filter(line -> line.startsWith(name + "{")).toList();
  }

  @Test
  void showWhatWasSeenLastAndOnlyTargetsThatAreThere() throws Exception {
    configure("a", "b");
    gauges.refresh();
    assertThat(lines("relay_target_paused"))
        .containsExactlyInAnyOrder(
            "relay_target_paused{target=\"a\"} 0.0", "relay_target_paused{target=\"b\"} 0.0");

    control.paused = true;
    configure("b", "c");
    gauges.refresh();

    assertThat(lines("relay_target_paused"))
        .containsExactlyInAnyOrder(
            "relay_target_paused{target=\"b\"} 1.0", "relay_target_paused{target=\"c\"} 1.0");
    assertThat(lines("relay_deliveries"))
        .hasSize(6)
        .contains("relay_deliveries{state=\"waiting\",target=\"b\"} 1.0");
  }

  private String value(String series) {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .collect(Collectors.joining())
        .replace(series + " ", "");
  }

  private RelayInfo relay(String name, boolean alive, String config, long pending) {
    Instant now = clock.instant();
    return new RelayInfo(name, "1", name.equals("a"), alive, now, now, config, pending, List.of());
  }

  @Test
  void showTheRelaysThatShareTheStore() throws Exception {
    configure("a", "b");
    gauges.refresh();
    assertThat(value("relay_cluster_relays{state=\"alive\"}")).isEqualTo("1.0");
    assertThat(value("relay_cluster_relays{state=\"gone\"}")).isEqualTo("0.0");
    assertThat(value("relay_cluster_configs")).isEqualTo("1.0");
    assertThat(value("relay_cluster_lease_held")).isEqualTo("1.0");
    assertThat(value("relay_cluster_held_deliveries"))
        .as("of a store of its own, all of both targets")
        .isEqualTo("4.0");

    control.relays =
        new RelayControl.Relays(
            true,
            List.of(
                relay("a", true, "1", 40),
                relay("b", true, "2", 50),
                relay("c", false, "3", 60),
                relay("d", true, "1", 70)));
    gauges.refresh();
    assertThat(value("relay_cluster_relays{state=\"alive\"}"))
        .as("asked every ten seconds only")
        .isEqualTo("1.0");
    clock.advance(Duration.ofSeconds(10));
    gauges.refresh();
    assertThat(value("relay_cluster_relays{state=\"alive\"}")).isEqualTo("3.0");
    assertThat(value("relay_cluster_relays{state=\"gone\"}")).isEqualTo("1.0");
    assertThat(value("relay_cluster_configs")).isEqualTo("2.0");
    assertThat(value("relay_cluster_held_deliveries")).isEqualTo("40.0");
  }

  /** Rows that were replaced at each refresh were met twice by a scrape now and then. */
  @Test
  void canBeScrapedAtAnyMoment() throws Exception {
    configure("a", "b", "c", "d");
    gauges.refresh();
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> refreshing =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                gauges.refresh();
              }
            });
    try {
      for (int i = 0; i < 300; i++) {
        assertThat(lines("relay_oldest_pending_age_seconds")).hasSize(4);
      }
    } finally {
      done.set(true);
      refreshing.join();
    }
  }
}
