package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The relay as a process. Confined to the campaign's thread, but for {@link #close} and {@link
 * #meter}. However the campaign ends, the process ends with it.
 */
final class RelayUnderTest implements AutoCloseable {
  /** Until it is ready, on a machine however busy. */
  private static final long START_SECONDS = 180;

  /** A relay has 10 s for attempts in flight; the rest is for a busy machine. */
  private static final long STOP_SECONDS = 40;

  private static final Duration LOOK = Duration.ofMillis(20);

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path scratch;
  private final Path log;
  private final Admin admin;
  private final ClockSteps clock;
  private final Violations violations;
  private final Thread atExit = new Thread(this::destroy, "campaign-exit");
  private volatile @Nullable Process process;
  private int starts;

  RelayUnderTest(
      CampaignOptions options,
      RelayConfiguration configuration,
      Map<String, String> environment,
      Admin admin,
      ClockSteps clock,
      Violations violations)
      throws IOException {
    this.command = new ArrayList<>(options.relay());
    command.addAll(List.of("serve", "-c", configuration.file().toString()));
    this.scratch = Files.createDirectories(options.work().resolve("tmp"));
    this.log = options.work().resolve("relay.log");
    this.environment = new HashMap<>(environment);
    // What a JVM unpacks it leaves behind when it is killed; names are looked up each time.
    this.environment.merge(
        "JAVA_TOOL_OPTIONS",
        "-Xmx256m -Djava.io.tmpdir="
            + scratch
            + " -Dsun.net.inetaddr.ttl=0 -Dsun.net.inetaddr.negative.ttl=0",
        (own, ours) -> ours + " " + own);
    this.admin = admin;
    this.clock = clock;
    this.violations = violations;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts it and waits until it is ready. */
  void start() throws IOException, InterruptedException {
    empty(scratch);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    clock.started(System.nanoTime());
    Process started = builder.start();
    process = started;
    starts++;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!admin.ready()) {
      if (!started.isAlive()) {
        throw new IOException(
            "the relay ended with " + started.exitValue() + " while starting; see " + log);
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException("the relay did not get ready in " + START_SECONDS + " s; see " + log);
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  private static void empty(Path folder) throws IOException {
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(folder)) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  int starts() {
    return starts;
  }

  /** Says so if it has ended by itself, and starts it again. */
  void check() throws IOException, InterruptedException {
    Process now = process;
    if (now != null && !now.isAlive()) {
      violations.found(
          ViolationKind.EXIT, "the relay ended by itself with " + now.exitValue() + "; see " + log);
      start();
    }
  }

  /** {@code kill -9}, and whatever it has started. */
  void kill() throws IOException, InterruptedException {
    check();
    destroy();
    Process now = process;
    if (now != null) {
      now.waitFor();
    }
  }

  /** SIGTERM: it must end with 0 within its grace. */
  void stop() throws IOException, InterruptedException {
    check();
    Process now = process;
    if (now == null) {
      return;
    }
    now.destroy();
    if (!now.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      violations.found(
          ViolationKind.EXIT, "the relay did not end within " + STOP_SECONDS + " s of SIGTERM");
      kill();
    } else if (now.exitValue() != 0) {
      violations.found(
          ViolationKind.EXIT, "the relay ended with " + now.exitValue() + " after SIGTERM");
    }
  }

  /** SIGHUP: it reads its configuration again. */
  void reload() throws IOException, InterruptedException {
    check();
    Process now = process;
    if (now != null) {
      int code =
          new ProcessBuilder("kill", "-s", "HUP", Long.toString(now.pid())).start().waitFor();
      if (code != 0) {
        throw new IOException("kill -s HUP ended with " + code);
      }
    }
  }

  /** What it takes now; empty if it is not running. */
  java.util.Optional<ProcessMeter> meter() {
    Process now = process;
    return now == null || !now.isAlive() ? java.util.Optional.empty() : ProcessMeter.of(now.pid());
  }

  private void destroy() {
    Process now = process;
    if (now != null) {
      now.descendants().forEach(ProcessHandle::destroyForcibly);
      now.destroyForcibly();
    }
  }

  @Override
  public void close() {
    destroy();
    Process now = process;
    if (now != null) {
      now.onExit().join(); // so that whoever deletes the folder next meets nobody in it
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is going down already and runs it.
    }
  }
}
