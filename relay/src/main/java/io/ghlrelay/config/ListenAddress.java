package io.ghlrelay.config;

/**
 * Where a listener binds. Immutable.
 *
 * @param host a literal address or host name
 * @param port 0..65535; 0 takes a free one
 */
public record ListenAddress(String host, int port) {

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
