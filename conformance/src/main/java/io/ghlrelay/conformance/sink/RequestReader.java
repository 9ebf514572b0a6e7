package io.ghlrelay.conformance.sink;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests of one connection. Confined to its thread. */
final class RequestReader {
  private static final int MAX_HEAD = 64 * 1024;
  private static final int MAX_BODY = 16 << 20;
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private int head;

  RequestReader(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  record Head(String method, String path, boolean keepAlive, Map<String, List<String>> headers) {}

  /** What is wrong with a request, as the status it gets. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status) {
      super("status " + status);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /** The next request's head; null at the end of the connection. */
  @Nullable Head head() throws IOException {
    head = 0;
    String line = line();
    if (line == null) {
      return null;
    }
    String[] words = line.split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      throw new Refused(400);
    }
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String field = line(); ; field = line()) {
      if (field == null) {
        throw new EOFException();
      }
      if (field.isEmpty()) {
        break;
      }
      int colon = field.indexOf(':');
      if (colon < 1) {
        throw new Refused(400);
      }
      headers
          .computeIfAbsent(field.substring(0, colon), name -> new ArrayList<>())
          .add(field.substring(colon + 1).strip());
    }
    boolean keepAlive =
        words[2].equals("HTTP/1.1")
            && headers.getOrDefault("Connection", List.of()).stream()
                .noneMatch("close"::equalsIgnoreCase);
    return new Head(words[0], words[1], keepAlive, headers);
  }

  byte[] body(Head of) throws IOException {
    List<String> lengths = of.headers().getOrDefault("Content-Length", List.of());
    boolean chunked = of.headers().containsKey("Transfer-Encoding");
    if (lengths.size() > 1 || (chunked && !lengths.isEmpty())) {
      throw new Refused(400);
    }
    if (of.headers().getOrDefault("Expect", List.of()).stream()
        .anyMatch("100-continue"::equalsIgnoreCase)) {
      out.write(CONTINUE);
      out.flush();
    }
    if (chunked) {
      return chunks();
    }
    return lengths.isEmpty() ? new byte[0] : exactly(length(lengths.get(0), 10));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      if (size == null) {
        throw new EOFException();
      }
      int length = length(size.replaceFirst(";.*", "").strip(), 16);
      if (body.size() + length > MAX_BODY) {
        throw new Refused(413);
      }
      if (length == 0) {
        for (String trailer = line(); trailer != null && !trailer.isEmpty(); trailer = line()) {}
        return body.toByteArray();
      }
      body.writeBytes(exactly(length));
      line();
    }
  }

  private static int length(String text, int radix) throws Refused {
    try {
      long length = Long.parseLong(text, radix);
      if (length < 0) {
        throw new Refused(400);
      }
      if (length > MAX_BODY) {
        throw new Refused(413);
      }
      return (int) length;
    } catch (NumberFormatException e) {
      throw new Refused(400);
    }
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  /** A line without its end; null at the end of the connection. */
  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        if (line.size() > 0) {
          throw new EOFException();
        }
        return null;
      }
      if (++head > MAX_HEAD) {
        throw new Refused(431);
      }
      line.write(c);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
