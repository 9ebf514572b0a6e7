package io.ghlrelay.conformance.cli;

/**
 * Where to listen.
 *
 * @param host name or address
 * @param port 0 = a free one
 */
record Listen(String host, int port) {
  static Listen parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "'" + text + "' (expected: HOST:PORT, such as 127.0.0.1:8099)");
    }
    return new Listen(host.isEmpty() ? "127.0.0.1" : host, Integer.parseInt(port));
  }
}
