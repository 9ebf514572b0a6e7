package io.ghlrelay.conformance.campaign;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 message with a Content-Length or no body.
 *
 * @param start its first line
 * @param headers by name in lower case; of several the last
 * @param body its bytes
 * @param length of all of it, in bytes
 */
record HttpMessage(String start, Map<String, String> headers, byte[] body, int length) {
  private static final int MAX_HEAD = 64 << 10;

  /** What was read is not such a message. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The message at the beginning of some bytes; null if it is not whole yet.
   *
   * @param available how many of the bytes count
   */
  static @Nullable HttpMessage read(byte[] bytes, int available) throws Malformed {
    int head = head(bytes, available);
    if (head < 0) {
      // Readable characters alone: TLS, for example, is seen at its first byte.
      if (available > MAX_HEAD || (available > 0 && bytes[0] < ' ')) {
        throw new Malformed();
      }
      return null;
    }
    String[] lines = new String(bytes, 0, head, StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.put(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
    }
    int length;
    try {
      length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    } catch (NumberFormatException e) {
      throw new Malformed();
    }
    return available < head + length
        ? null
        : new HttpMessage(
            lines[0], headers, Arrays.copyOfRange(bytes, head, head + length), head + length);
  }

  private static int head(byte[] bytes, int available) {
    for (int i = 3; i < available; i++) {
      if (bytes[i] == '\n' && bytes[i - 2] == '\n' && bytes[i - 1] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Of an answer; 0 = it has none. */
  int status() {
    String[] words = start.split(" ", 3);
    return words.length > 1 && words[1].matches("\\d{3}") ? Integer.parseInt(words[1]) : 0;
  }
}
