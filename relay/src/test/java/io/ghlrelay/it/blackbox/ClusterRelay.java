package io.ghlrelay.it.blackbox;

import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.it.RelayProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One relay of a cluster, as a process under a supervisor: whatever ends is started again. Its port
 * stays. Used by one thread, but for {@link #webhooks} and {@link #log}.
 */
final class ClusterRelay implements AutoCloseable {
  private static final int STARTS = 20;

  private final String name;
  private final Path config;
  private final URI webhooks;
  private final Queue<String> earlier = new ConcurrentLinkedQueue<>();
  private @Nullable RelayProcess process;
  private int failedStarts;

  /**
   * A relay that is not started yet.
   *
   * @param settings of {@code store.postgres}, but for the name, and the rest of the configuration
   */
  ClusterRelay(Path folder, String name, SigningKeys keys, String postgres, String settings)
      throws IOException {
    this.name = name;
    int ingress = freePort();
    this.webhooks = URI.create("http://127.0.0.1:" + ingress + "/webhooks");
    Path key = folder.resolve(name + ".pem");
    Files.writeString(key, keys.publicPem(Scheme.ED25519));
    this.config = folder.resolve(name + ".yaml");
    Files.writeString(
        config,
        """
        ingress: {listen: "127.0.0.1:%d"}
        admin: {listen: "127.0.0.1:0"}
        verification: {keys: [{scheme: ed25519, publicKeyFile: "%s"}]}
        store: {postgres: {%s, name: %s}}
        """
                .formatted(ingress, key, postgres, name)
            + settings);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  String name() {
    return name;
  }

  URI webhooks() {
    return webhooks;
  }

  /** Starts it, again and again while it gives up, since the database may be away. */
  void start() throws IOException, InterruptedException {
    for (int tries = 1; process == null; tries++) {
      try {
        process = new RelayProcess(config);
      } catch (IllegalStateException e) {
        failedStarts++;
        if (tries == STARTS) {
          throw e;
        }
      }
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.kill();
      earlier.addAll(process.log);
      process = null;
    }
  }

  /** How many starts ended at once. */
  int failedStarts() {
    return failedStarts;
  }

  /** Lines of all its starts' logs that contain a text. */
  long logged(String text) {
    RelayProcess now = process;
    return earlier.stream().filter(line -> line.contains(text)).count()
        + (now == null ? 0 : now.log.stream().filter(line -> line.contains(text)).count());
  }

  /** What it has written, of all its starts. */
  String log() {
    RelayProcess now = process;
    return String.join("\n", earlier) + "\n" + (now == null ? "" : String.join("\n", now.log));
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
