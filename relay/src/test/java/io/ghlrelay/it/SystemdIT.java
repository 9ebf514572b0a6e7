package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ghlrelay.NotifySocket;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged relay as a service of systemd's. */
class SystemdIT {
  @TempDir private Path folder;

  private Path config(String settings) throws IOException {
    return Files.writeString(
        folder.resolve("relay.yaml"),
        """
        ingress: {listen: "127.0.0.1:0"}
        admin: {listen: "127.0.0.1:0"}
        store: {rocksdb: {path: data}}
        """
            + settings);
  }

  @Test
  void tellsThatItIsReadyAndThatItStops() throws Exception {
    assumeTrue(Epoll.isAvailable());
    String path = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(path);
        RelayProcess relay = new RelayProcess(config(""), Map.of("NOTIFY_SOCKET", path))) {
      assertThat(systemd.next())
          .matches("READY=1\nSTATUS=Ready: events at http://127\\.0\\.0\\.1:\\d+/webhooks, .+");
      assertThat(relay.terminate()).isZero();
      assertThat(systemd.next()).startsWith("STOPPING=1\n");
    }
  }

  @Test
  void tellsThatItReloadsAndWhatCameOfIt() throws Exception {
    assumeTrue(Epoll.isAvailable());
    assumeFalse(isHangupIgnored(), "under nohup(1) Java leaves SIGHUP ignored");
    String path = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(path);
        RelayProcess relay = new RelayProcess(config(""), Map.of("NOTIFY_SOCKET", path))) {
      assertThat(systemd.next()).startsWith("READY=1\n");

      long before = micros();
      relay.signal("HUP");
      assertReloading(systemd.next(), before);
      assertThat(systemd.next())
          .startsWith("READY=1\nSTATUS=Ready: events at ")
          .doesNotContain("not valid");

      config("nonsense: 1\n");
      before = micros();
      relay.signal("HUP");
      assertReloading(systemd.next(), before);
      assertThat(systemd.next()).startsWith("READY=1\nSTATUS=Ready: ").contains("not valid");
    }
  }

  /** What a process ignores, its children ignore. */
  private static boolean isHangupIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
  }

  /** CLOCK_MONOTONIC, as systemd reads it when it sends the signal. */
  private static long micros() {
    return System.nanoTime() / 1_000;
  }

  private static void assertReloading(String message, long before) {
    assertThat(message).startsWith("RELOADING=1\nMONOTONIC_USEC=");
    assertThat(Long.parseLong(message.substring(message.lastIndexOf('=') + 1)))
        .isBetween(before, micros());
  }

  @Test
  void tellsTheWatchdogThatItLivesAtHalfOfItsTime() throws Exception {
    assumeTrue(Epoll.isAvailable());
    String path = folder.resolve("notify").toString();
    try (NotifySocket systemd = new NotifySocket(path);
        RelayProcess relay =
            new RelayProcess(
                config(""), Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "400000"))) {
      NotifySocket.Message ready = systemd.nextMessage();
      assertThat(ready.text()).startsWith("READY=1\n");
      NotifySocket.Message beat = ready;
      for (int beats = 0; beats <= 10; beats++) {
        beat = systemd.nextMessage();
        assertThat(beat.text()).isEqualTo("WATCHDOG=1");
      }
      assertThat((beat.nanos() - ready.nanos()) / 1_000_000)
          .as("ms for ten times 200 ms, on a machine that may be busy")
          .isBetween(1_000L, 20_000L);
      assertThat(relay.terminate()).isZero();
    }
  }

  @Test
  void saysWithoutEpollThatItCannotTellAndServes() throws Exception {
    Map<String, String> environment =
        Map.of(
            "NOTIFY_SOCKET",
            folder.resolve("notify").toString(),
            "JAVA_TOOL_OPTIONS",
            "-Dio.netty.transport.noNative=true");
    try (RelayProcess relay = new RelayProcess(config(""), environment)) {
      assertThat(relay.log).anyMatch(line -> line.contains("that needs epoll"));
      assertThat(relay.terminate()).isZero();
    }
  }
}
