package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The public listener. Immutable.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param path the one path that takes webhooks, starts with {@code /}
 * @param maxBodySize largest body in bytes
 * @param requestTimeout from the first byte of a request to its last
 * @param maxConnections open connections at most; further ones are closed at once
 * @param tls certificate and key; null = plain HTTP
 */
public record IngressConfig(
    ListenAddress listen,
    String path,
    int maxBodySize,
    Duration requestTimeout,
    int maxConnections,
    @Nullable Tls tls) {

  /**
   * PEM files.
   *
   * @param certificate the chain, leaf first
   * @param key the PKCS#8 private key, not encrypted
   */
  public record Tls(Path certificate, Path key) {}
}
