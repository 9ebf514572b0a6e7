package io.ghlrelay.ingress;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The hops that {@code Forwarded} (RFC 7239) or {@code X-Forwarded-For} name, first sender first. A
 * hop that names no address, such as {@code unknown} or {@code _hidden}, is null.
 */
final class ForwardedHops {
  private static final String FORWARDED = "Forwarded";
  private static final String X_FORWARDED_FOR = "X-Forwarded-For";

  private ForwardedHops() {}

  /**
   * Reads them.
   *
   * <p>A proxy usually maintains one of the two headers and passes the other on as it came, from
   * whoever wrote it. Which one that is cannot be seen here: where both are there and differ, none
   * is believed.
   */
  static List<@Nullable InetAddress> of(HttpHeaders headers) {
    List<@Nullable InetAddress> standard = forwarded(headers.getAll(FORWARDED));
    List<@Nullable InetAddress> common = forwardedFor(headers.getAll(X_FORWARDED_FOR));
    if (standard.isEmpty()) {
      return common;
    }
    return common.isEmpty() || common.equals(standard) ? standard : List.of();
  }

  private static List<@Nullable InetAddress> forwardedFor(List<String> values) {
    List<@Nullable InetAddress> hops = new ArrayList<>();
    for (String value : values) {
      for (String hop : value.split(",", -1)) {
        hops.add(address(hop.trim()));
      }
    }
    return hops;
  }

  private static List<@Nullable InetAddress> forwarded(List<String> values) {
    List<@Nullable InetAddress> hops = new ArrayList<>();
    for (String value : values) {
      for (String element : split(value, ',')) {
        hops.add(element(element));
      }
    }
    return hops;
  }

  /** The node after {@code for=} in one element; null if there is none, or more than one. */
  private static @Nullable InetAddress element(String element) {
    String node = null;
    for (String pair : split(element, ';')) {
      int equals = pair.indexOf('=');
      if (equals >= 0 && pair.substring(0, equals).trim().toLowerCase(Locale.ROOT).equals("for")) {
        if (node != null) {
          return null;
        }
        node = pair.substring(equals + 1).trim();
      }
    }
    return node == null ? null : address(unquoted(node));
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1") : text;
  }

  /** Splits where no quotes stand around. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  /**
   * The address in {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code [..]:80}.
   */
  private static @Nullable InetAddress address(String node) {
    String host = node;
    int colon = node.lastIndexOf(':');
    if (node.startsWith("[")) {
      int end = node.indexOf(']');
      if (end < 0 || !(end == node.length() - 1 || node.startsWith("]:", end))) {
        return null;
      }
      host = node.substring(1, end);
    } else if (colon >= 0 && colon == node.indexOf(':')) {
      host = node.substring(0, colon);
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return bytes == null || host.indexOf('%') >= 0 ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("NetUtil gives four or sixteen bytes", e);
    }
  }
}
