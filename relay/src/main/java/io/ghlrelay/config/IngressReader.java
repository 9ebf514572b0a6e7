package io.ghlrelay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the section {@code ingress}. */
final class IngressReader {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Path folder;

  /** Relative paths count from the folder. */
  IngressReader(Path folder) {
    this.folder = folder;
  }

  IngressConfig read(Section section) {
    ListenAddress listen = ConfigLoader.listen(section, new ListenAddress("0.0.0.0", 8080));
    String path = section.text("path", "/webhooks");
    if (!path.startsWith("/") || path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
      section.error("path", "'" + path + "' (expected: a path that starts with /)");
    }
    int maxBodySize = (int) section.size("maxBodySize", 1 << 20, 1 << 10, 64 << 20);
    Duration timeout =
        section.duration("requestTimeout", Duration.ofSeconds(10), Duration.ofMillis(100), HOUR);
    int connections = section.integer("maxConnections", 10_000, 1, 1_000_000);
    IngressConfig.Tls tls = section.has("tls") ? tls(section.section("tls")) : null;
    List<AddressBlock> proxies = proxies(section);
    boolean proxyProtocol = section.flag("proxyProtocol", false);
    if (proxyProtocol && proxies.isEmpty()) {
      section.error(
          "proxyProtocol",
          "nobody could connect: name the proxies' networks in ingress.trustedProxies");
    }
    section.end();
    return new IngressConfig(
        listen, path, maxBodySize, timeout, connections, tls, proxies, proxyProtocol);
  }

  private static List<AddressBlock> proxies(Section section) {
    List<AddressBlock> blocks = new ArrayList<>();
    for (Value value : section.values("trustedProxies")) {
      try {
        AddressBlock block = AddressBlock.parse(value.text());
        if (block.bits() == 0) {
          throw new IllegalArgumentException(
              "'" + value.text() + "' trusts everybody, so that anybody could choose his address");
        }
        blocks.add(block);
      } catch (IllegalArgumentException e) {
        section.problems().error(value.where(), "ingress.trustedProxies: " + e.getMessage());
      }
    }
    return blocks;
  }

  private IngressConfig.Tls tls(Section section) {
    Path certificate = file(section, "certificate");
    Path key = file(section, "key");
    TlsVersion minVersion = section.read("minVersion", TlsVersion.TLS_1_2, TlsVersion::parse);
    section.end();
    if (Files.isRegularFile(certificate) && Files.isRegularFile(key)) {
      try {
        KeyMaterial.read(certificate, key);
      } catch (IOException e) {
        section.error("certificate", String.valueOf(e.getMessage()));
      }
    }
    return new IngressConfig.Tls(certificate, key, minVersion);
  }

  private Path file(Section section, String key) {
    Path path = section.path(key, "", folder);
    if (!section.has(key)) {
      section.error(key, "is missing");
    } else if (!Files.isRegularFile(path)) {
      section.error(key, "there is no file " + path);
    }
    return path;
  }
}
