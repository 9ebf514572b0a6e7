package io.ghlrelay.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The packaged relay as a process of its own. */
public final class RelayProcess implements AutoCloseable {
  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);
  public final Queue<String> log = new ConcurrentLinkedQueue<>();

  public RelayProcess(Path config) throws IOException, InterruptedException {
    this(config, Map.of());
  }

  /** With more environment variables. */
  public RelayProcess(Path config, Map<String, String> environment)
      throws IOException, InterruptedException {
    this(
        List.of(
            "-Xmx512m", "-jar", System.getProperty("relay.jar"), "serve", "-c", config.toString()),
        environment);
  }

  /** A relay that a class of the tests starts, with options of the virtual machine before it. */
  static RelayProcess of(Class<?> main, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(List.of(arguments));
    return new RelayProcess(words, Map.of());
  }

  private RelayProcess(List<String> words, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    Thread reader = new Thread(this::read, "relay-output");
    reader.setDaemon(true);
    reader.start();
    if (!ready.await(60, TimeUnit.SECONDS) || !process.isAlive()) {
      process.destroyForcibly();
      throw new IllegalStateException("the relay did not become ready:\n" + String.join("\n", log));
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
        if (line.contains("Ready: events at")) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      log.add("output ended: " + e);
    } finally {
      ended();
    }
  }

  /** Whoever waits for it to be ready need not, once it has ended. */
  private void ended() {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ready.countDown();
  }

  /** The process. */
  public long pid() {
    return process.pid();
  }

  /** Sends a signal, for example HUP. */
  public void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IllegalStateException("kill -s " + name + " exited with " + code);
    }
  }

  /** SIGKILL: no handler of the process runs. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM; gives the exit code. */
  public int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the relay did not stop");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
