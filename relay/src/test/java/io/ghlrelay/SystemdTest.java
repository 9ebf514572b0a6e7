package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told, and when nothing is. */
class SystemdTest {
  @TempDir private Path folder;

  @BeforeEach
  void needsEpoll() {
    assumeTrue(Epoll.isAvailable());
  }

  @Test
  void speaksToAPathAndToAnAbstractName() throws Exception {
    for (String name : new String[] {folder.resolve("notify").toString(), "@" + randomName()}) {
      try (NotifySocket socket = new NotifySocket(name);
          Systemd systemd = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
        systemd.ready("two\nlines");
        assertThat(socket.next()).isEqualTo("READY=1\nSTATUS=two lines");
      }
    }
  }

  private static String randomName() {
    return "ghl-relay-test-" + UUID.randomUUID();
  }

  @Test
  void tellsThatItLivesOnlyWhenThePulseAnswers() throws Exception {
    String name = "@" + randomName();
    try (NotifySocket socket = new NotifySocket(name);
        Systemd systemd = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
      CompletableFuture<Void> late = new CompletableFuture<>();
      systemd.beat(() -> CompletableFuture.completedFuture(null));
      systemd.beat(() -> CompletableFuture.failedFuture(new IllegalStateException("a loop ended")));
      systemd.beat(
          () -> {
            throw new IllegalStateException("the store is closed");
          });
      systemd.beat(() -> late);
      systemd.beat(() -> CompletableFuture.completedFuture(null));
      systemd.ready("hangs");
      assertThat(socket.next()).isEqualTo("WATCHDOG=1");
      assertThat(socket.next()).as("nothing between").startsWith("READY=1");

      late.complete(null);
      assertThat(socket.next()).isEqualTo("WATCHDOG=1");
      systemd.beat(() -> CompletableFuture.completedFuture(null));
      assertThat(socket.next()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void isNeverReadyAgainOnceItStops() throws Exception {
    String name = "@" + randomName();
    try (NotifySocket socket = new NotifySocket(name)) {
      try (Systemd systemd = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
        systemd.stopping();
        systemd.reloading();
        systemd.ready("a reload that came late");
      }
      try (Systemd next = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
        next.ready("the next one");
      }
      assertThat(socket.next()).startsWith("STOPPING=1\n");
      assertThat(socket.next()).endsWith("the next one");
    }
  }

  @Test
  void aSocketThatIsNotThereOrGoesAwayFailsNothing() {
    for (String name :
        new String[] {folder.resolve("nobody").toString(), "@" + randomName(), "vsock:2:1", "x"}) {
      try (Systemd systemd = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
        systemd.ready("nobody hears");
        systemd.stopping();
      }
    }
    String name = "@" + randomName();
    NotifySocket socket = new NotifySocket(name);
    try (Systemd systemd = Systemd.of(Map.of("NOTIFY_SOCKET", name))) {
      socket.close();
      systemd.ready("nobody hears");
      systemd.stopping();
    }
  }

  @Test
  void theWatchdogIsMeantForOneProcess() {
    String own = Long.toString(ProcessHandle.current().pid());
    assertThat(Systemd.watchdogMicros(Map.of())).isZero();
    assertThat(Systemd.watchdogMicros(Map.of("WATCHDOG_USEC", "5000"))).isEqualTo(5000);
    assertThat(Systemd.watchdogMicros(Map.of("WATCHDOG_USEC", "5000", "WATCHDOG_PID", own)))
        .isEqualTo(5000);
    assertThat(Systemd.watchdogMicros(Map.of("WATCHDOG_USEC", "5000", "WATCHDOG_PID", "1")))
        .isZero();
    assertThat(Systemd.watchdogMicros(Map.of("WATCHDOG_USEC", "soon"))).isZero();
  }
}
