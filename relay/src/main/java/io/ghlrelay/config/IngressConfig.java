package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
 * @param trustedProxies whose word on the sender's address counts
 * @param proxyProtocol whether each connection comes from one of them and begins with a PROXY
 *     header
 */
public record IngressConfig(
    ListenAddress listen,
    String path,
    int maxBodySize,
    Duration requestTimeout,
    int maxConnections,
    @Nullable Tls tls,
    List<AddressBlock> trustedProxies,
    boolean proxyProtocol) {

  public IngressConfig {
    trustedProxies = List.copyOf(trustedProxies);
  }

  /**
   * PEM files.
   *
   * @param certificate the chain, leaf first
   * @param key the PKCS#8 private key, not encrypted
   * @param minVersion the oldest version of TLS that is spoken
   */
  public record Tls(Path certificate, Path key, TlsVersion minVersion) {}

  /** The same, listening elsewhere. */
  public IngressConfig withListen(ListenAddress other) {
    return new IngressConfig(
        other,
        path,
        maxBodySize,
        requestTimeout,
        maxConnections,
        tls,
        trustedProxies,
        proxyProtocol);
  }
}
