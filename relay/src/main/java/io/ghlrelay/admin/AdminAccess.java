package io.ghlrelay.admin;

import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.Loopback;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the admin API: whoever has the token, or a session that was opened with it; or, where
 * no token is set, whoever sits on this machine, but no web page that merely runs in a browser
 * here. Thread-safe.
 */
final class AdminAccess {
  /** The session's cookie. */
  static final String COOKIE = "relay_session";

  /**
   * A header that no page of another origin can send without being allowed to: what changes
   * something by the cookie alone must carry it.
   */
  static final String CONSOLE_HEADER = "Relay-Console";

  private static final String BEARER = "Bearer ";

  private final byte @Nullable [] token;
  private final Sessions sessions;

  AdminAccess(AdminConfig config, Clock clock) {
    this.token =
        config.token() == null ? null : config.token().reveal().getBytes(StandardCharsets.UTF_8);
    this.sessions = new Sessions(clock);
  }

  Sessions sessions() {
    return sessions;
  }

  /** Whether a token is needed. */
  boolean required() {
    return token != null;
  }

  /** Whether a token is the configured one; compares in constant time. */
  boolean isToken(String given) {
    return token != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token);
  }

  /** Whether the request carries the token or an open session. */
  boolean isAuthenticated(HttpHeaders headers) {
    return token == null || hasToken(headers) || sessions.isOpen(session(headers));
  }

  /**
   * Throws 401 or 403 unless the request may be served.
   *
   * @param reads whether the method changes nothing
   * @param open whether the operation is served to everyone
   */
  void check(HttpHeaders headers, boolean reads, boolean open) {
    if (token == null) {
      checkLocal(headers);
    } else if (!open && !hasToken(headers)) {
      if (!sessions.isOpen(session(headers))) {
        throw new ApiException(401, "Send the token: Authorization: Bearer ...");
      }
      if (!reads && !headers.contains(CONSOLE_HEADER)) {
        throw new ApiException(
            403, "With the console's cookie, send the header " + CONSOLE_HEADER + ": 1.");
      }
    }
  }

  /**
   * Without a token the listener is on loopback. A page elsewhere could still reach it through its
   * visitor's browser, by a name that resolves to 127.0.0.1 or by a cross-site POST.
   */
  private static void checkLocal(HttpHeaders headers) {
    String host = headers.get(HttpHeaderNames.HOST, "");
    if (!Loopback.isLoopback(withoutPort(host))) {
      throw new ApiException(403, "Without a token only loopback host names are served.");
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !origin.equals("http://" + host)) {
      throw new ApiException(403, "Requests of other origins are not served.");
    }
  }

  /** By what right a request comes, for the audit log; never anything that gives that right. */
  String who(HttpHeaders headers) {
    if (token == null) {
      return "loopback";
    }
    String session = session(headers);
    if (hasToken(headers)) {
      return "token";
    }
    return session == null || !sessions.isOpen(session)
        ? "nobody"
        : (headers.contains(CONSOLE_HEADER) ? "console " : "") + Sessions.name(session);
  }

  private boolean hasToken(HttpHeaders headers) {
    String value = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    return isToken(value.startsWith(BEARER) ? value.substring(BEARER.length()) : "");
  }

  /** The session that the request names, open or not; or null. */
  static @Nullable String session(HttpHeaders headers) {
    for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (Cookie cookie : ServerCookieDecoder.STRICT.decode(header)) {
        if (cookie.name().equals(COOKIE)) {
          return cookie.value();
        }
      }
    }
    return null;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
