package io.ghlrelay.config;

/** Whether a host, as written, can only be this machine; nothing is resolved. */
public final class Loopback {
  private Loopback() {}

  /** True for {@code localhost}, 127.0.0.0/8 and {@code ::1}. */
  public static boolean isLoopback(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    return bare.equalsIgnoreCase("localhost")
        || bare.equals("::1")
        || bare.matches("127(\\.\\d{1,3}){3}");
  }
}
