package io.ghlrelay.conformance.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds the end of an HTTP/1.1 message that has a Content-Length or no body. Stateless. */
final class HttpFrame {
  private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WEBHOOK_ID = "webhook-id:".getBytes(StandardCharsets.US_ASCII);

  private HttpFrame() {}

  /** Length of the head, its empty line included; -1 = not whole yet. */
  static int head(ByteBuffer in) {
    for (int i = 3; i < in.position(); i++) {
      if (in.get(i) == '\n' && in.get(i - 2) == '\n' && in.get(i - 1) == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  /**
   * Length of the first message.
   *
   * @param request whether it is one; an answer without a length has no body here
   * @return -1 = its head is not whole yet
   */
  static int length(ByteBuffer in, boolean request) {
    int head = head(in);
    if (head < 0) {
      return -1;
    }
    String length = header(in, head, LENGTH);
    if (length.isEmpty()) {
      return head;
    }
    return head + Integer.parseInt(length);
  }

  static int status(ByteBuffer in) {
    return (in.get(9) - '0') * 100 + (in.get(10) - '0') * 10 + in.get(11) - '0';
  }

  static String webhookId(ByteBuffer in, int head) {
    return header(in, head, WEBHOOK_ID);
  }

  private static String header(ByteBuffer in, int head, byte[] name) {
    for (int i = 0; i + name.length < head; i++) {
      if (in.get(i) == '\n' && matches(in, i + 1, name)) {
        StringBuilder value = new StringBuilder();
        for (int j = i + 1 + name.length; in.get(j) != '\r' && in.get(j) != '\n'; j++) {
          value.append((char) in.get(j));
        }
        return value.toString().strip();
      }
    }
    return "";
  }

  private static boolean matches(ByteBuffer in, int at, byte[] name) {
    for (int i = 0; i < name.length; i++) {
      int c = in.get(at + i);
      if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
