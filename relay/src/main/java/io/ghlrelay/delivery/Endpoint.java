package io.ghlrelay.delivery;

import io.ghlrelay.config.AddressRule;
import java.net.URI;

/**
 * Where a connection leads. Immutable.
 *
 * @param host name or literal address, without brackets
 * @param port as given, or the scheme's own
 * @param tls whether by https
 * @param addresses which addresses the host may have: connections of one rule serve no other
 */
record Endpoint(String host, int port, boolean tls, AddressRule addresses) {

  /** The endpoint of an absolute http or https URL. */
  static Endpoint of(URI url, AddressRule addresses) {
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    String host = url.getHost();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = url.getPort() != -1 ? url.getPort() : tls ? 443 : 80;
    return new Endpoint(host, port, tls, addresses);
  }

  /** Asked for at each attempt, twice: a string keeps its hash, which a record's own does not. */
  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }
}
