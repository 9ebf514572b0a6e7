package io.ghlrelay.admin;

import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.Loopback;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the admin API: whoever has the token or, where none is set, whoever sits on this
 * machine, but no web page that merely runs in a browser here. Thread-safe.
 */
final class AdminAccess {
  private static final String BEARER = "Bearer ";

  private final byte @Nullable [] token;

  AdminAccess(AdminConfig config) {
    this.token =
        config.token() == null ? null : config.token().reveal().getBytes(StandardCharsets.UTF_8);
  }

  /** Throws 401 or 403 unless the request may be served. */
  void check(HttpHeaders headers, boolean open) {
    if (token != null) {
      if (!open && !hasToken(headers, token)) {
        throw new ApiException(401, "Send the token: Authorization: Bearer ...");
      }
      return;
    }
    // Without a token the listener is on loopback. A page elsewhere could still reach it through
    // its visitor's browser, by a name that resolves to 127.0.0.1 or by a cross-site POST.
    String host = headers.get(HttpHeaderNames.HOST, "");
    if (!Loopback.isLoopback(withoutPort(host))) {
      throw new ApiException(403, "Without a token only loopback host names are served.");
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !origin.equals("http://" + host)) {
      throw new ApiException(403, "Requests of other origins are not served.");
    }
  }

  private static boolean hasToken(HttpHeaders headers, byte[] token) {
    String value = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    byte[] given =
        value.startsWith(BEARER)
            ? value.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    return MessageDigest.isEqual(given, token);
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
