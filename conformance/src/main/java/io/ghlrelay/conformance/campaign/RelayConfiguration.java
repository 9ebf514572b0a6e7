package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The relay's configuration file, rewritten for reloads. Confined to the campaign's thread. */
final class RelayConfiguration {
  /** Below what systems give to outgoing connections, so that a port is free again after a kill. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 10_000;
  private static final int CONCURRENCY = 16;

  private final Path folder;
  private final int ingress;
  private final int admin;
  private final List<Integer> targetPorts = new ArrayList<>();
  private final boolean named;

  /**
   * In a folder.
   *
   * @param named whether {@link FaultyMachine#NAME} can be resolved
   */
  RelayConfiguration(Path folder, EventSource events, boolean named) throws IOException {
    this.folder = folder;
    this.named = named;
    Random random = new Random();
    ingress = freePort(random);
    admin = freePort(random);
    for (int i = 0; i < CampaignTarget.ALL.size(); i++) {
      targetPorts.add(freePort(random));
    }
    Files.writeString(folder.resolve("key.pem"), events.publicPem());
    Files.createDirectories(store());
  }

  private int freePort(Random random) throws IOException {
    for (int i = 0; i < PORTS; i++) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (port != ingress && port != admin && !targetPorts.contains(port)) {
          return port;
        }
      } catch (IOException e) {
        // Taken: another one.
      }
    }
    throw new IOException("no free port from " + FIRST_PORT + " to " + (FIRST_PORT + PORTS));
  }

  Path file() {
    return folder.resolve("relay.yaml");
  }

  Path store() {
    return folder.resolve("store");
  }

  int ingressPort() {
    return ingress;
  }

  int adminPort() {
    return admin;
  }

  List<Integer> targetPorts() {
    return List.copyOf(targetPorts);
  }

  /** All as it should be. */
  void write() throws IOException {
    write(-1, CONCURRENCY);
  }

  /** One target is asked for TLS, which it does not speak. */
  void writeWithTls(int target) throws IOException {
    write(target, CONCURRENCY);
  }

  /** Something harmless has changed. */
  void writeChanged(int concurrency) throws IOException {
    write(-1, concurrency);
  }

  /** What no relay may take. */
  void writeBroken() throws IOException {
    put("ingress: {listen: nowhere}\ntargets: {offsets: {url: 17}}\nroutes: [{to: [nobody]}]\n");
  }

  private void write(int tls, int concurrency) throws IOException {
    StringBuilder yaml = new StringBuilder();
    yaml.append(
        """
        ingress: {listen: "127.0.0.1:%d"}
        admin: {listen: "127.0.0.1:%d"}
        verification: {keys: [{scheme: ed25519, publicKeyFile: key.pem}]}
        store: {rocksdb: {path: store, minFreeSpace: 16MiB}}
        retryPolicies:
        """
            .formatted(ingress, admin));
    CampaignTarget.ALL.forEach(target -> yaml.append(target.policy()));
    yaml.append("targets:\n");
    for (int i = 0; i < CampaignTarget.ALL.size(); i++) {
      CampaignTarget target = CampaignTarget.ALL.get(i);
      yaml.append(
          "  %s: {url: \"%s://%s:%d/hook\", retry: %s, timeout: %s, concurrency: %d}\n"
              .formatted(
                  target.name(),
                  i == tls ? "https" : "http",
                  named && target.equals(CampaignTarget.NAMED) ? FaultyMachine.NAME : "127.0.0.1",
                  targetPorts.get(i),
                  target.name(),
                  CampaignTarget.TIMEOUT,
                  concurrency));
    }
    yaml.append("routes:\n");
    for (int route = 0; route < CampaignTarget.routes(); route++) {
      List<String> names = new ArrayList<>();
      for (int target : CampaignTarget.route(route)) {
        names.add(CampaignTarget.ALL.get(target).name());
      }
      yaml.append("  - {locations: [%s], to: %s}\n".formatted(EventSource.location(route), names));
    }
    put(yaml.toString());
  }

  /** Whole or not at all: the relay may start at any moment. */
  private void put(String yaml) throws IOException {
    Path part = folder.resolve("relay.yaml.part");
    Files.writeString(part, yaml);
    Files.move(part, file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
