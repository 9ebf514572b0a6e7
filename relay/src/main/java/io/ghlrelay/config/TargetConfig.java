package io.ghlrelay.config;

import io.ghlrelay.retry.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named downstream. Immutable.
 *
 * @param name its name: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
 * @param url http or https, with host; no user info, no fragment
 * @param timeout of one attempt, from connecting to the end of the answer
 * @param connectTimeout of the connection alone, at most {@code timeout}
 * @param retry its retry policy
 * @param concurrency attempts in flight at most
 * @param rateLimit attempts a second at most; null = no limit
 * @param headers added to each request; values may be secret and are never logged
 * @param addresses which addresses it may have
 * @param sign outbound Standard Webhooks signing; null = none
 * @param auth how the relay authenticates itself; null = not at all
 * @param tls where TLS is not the usual one; null = it is
 * @param flow order, circuit breaker and ramp
 */
public record TargetConfig(
    String name,
    URI url,
    Duration timeout,
    Duration connectTimeout,
    RetryPolicy retry,
    int concurrency,
    @Nullable Double rateLimit,
    Map<String, Secret> headers,
    AddressRule addresses,
    @Nullable Signing sign,
    @Nullable TargetAuth auth,
    @Nullable TargetTls tls,
    FlowConfig flow) {
  public TargetConfig {
    headers = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(headers));
  }

  /**
   * Standard Webhooks 1.0.0 signing.
   *
   * @param secret the current secret, {@code whsec_} + base64 of 24..64 bytes
   * @param previous older secrets that still sign, each until an instant
   */
  public record Signing(Secret secret, List<Previous> previous) {
    public Signing {
      previous = List.copyOf(previous);
    }
  }

  /**
   * A secret on its way out.
   *
   * @param secret the older secret
   * @param until signs with it before this instant
   */
  public record Previous(Secret secret, Instant until) {}
}
