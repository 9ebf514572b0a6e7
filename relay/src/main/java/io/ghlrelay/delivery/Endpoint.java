package io.ghlrelay.delivery;

import io.ghlrelay.config.AddressRule;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.config.TargetTls;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection leads. Immutable.
 *
 * @param host name or literal address, without brackets
 * @param port as given, or the scheme's own
 * @param tls whether by https
 * @param addresses which addresses the host may have: connections of one rule serve no other
 * @param ownTls where TLS is not the usual one: connections of one identity serve no other
 */
record Endpoint(
    String host, int port, boolean tls, AddressRule addresses, @Nullable TargetTls ownTls) {

  /** The endpoint of a target. */
  static Endpoint of(TargetConfig target) {
    URI url = target.url();
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    String host = url.getHost();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = url.getPort() != -1 ? url.getPort() : tls ? 443 : 80;
    return new Endpoint(host, port, tls, target.addresses(), target.tls());
  }

  /** The name that TLS asks for and verifies. */
  String serverName() {
    return ownTls == null || ownTls.serverName() == null ? host : ownTls.serverName();
  }

  /** Asked for at each attempt, twice: a string keeps its hash, which a record's own does not. */
  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }
}
