package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A keep-alive connection of the platform's to the relay, made anew when lost. Confined. */
final class PlatformConnection implements Closeable {
  /** Longer than any fault: a relay that holds a request so long is stuck. */
  private static final int PATIENCE_MILLIS = 30_000;

  private final int port;
  private @Nullable Socket socket;
  private byte[] in = new byte[4096];

  /**
   * An answer.
   *
   * @param status of it
   * @param id the relay's id of the event; empty if it names none
   * @param duplicate whether it says so
   */
  record Answer(int status, String id, boolean duplicate) {}

  PlatformConnection(int port) {
    this.port = port;
  }

  /**
   * Posts an event.
   *
   * @throws IOException if the connection is lost: what became of the event is not known
   */
  Answer post(byte[] body, String signature) throws IOException {
    try {
      Socket open = socket;
      if (open == null) {
        open = new Socket();
        socket = open;
        open.setTcpNoDelay(true);
        open.setSoTimeout(PATIENCE_MILLIS);
        open.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      }
      byte[] head =
          ("POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                  + "X-GHL-Signature: "
                  + signature
                  + "\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      byte[] all = Arrays.copyOf(head, head.length + body.length);
      System.arraycopy(body, 0, all, head.length, body.length);
      open.getOutputStream().write(all);
      HttpMessage answer = read(open.getInputStream());
      if (answer.header("connection").equalsIgnoreCase("close")) {
        close();
      }
      return answer(answer);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private HttpMessage read(InputStream from) throws IOException {
    int length = 0;
    while (true) {
      if (length == in.length) {
        in = Arrays.copyOf(in, 2 * length);
      }
      int read = from.read(in, length, in.length - length);
      if (read < 0) {
        throw new EOFException("closed without an answer");
      }
      length += read;
      try {
        HttpMessage message = HttpMessage.read(in, length);
        if (message != null) {
          return message;
        }
      } catch (HttpMessage.Malformed e) {
        throw new IOException("the answer is not HTTP", e);
      }
    }
  }

  private static Answer answer(HttpMessage message) throws IOException {
    int status = message.status();
    if (status != 200) {
      return new Answer(status, "", false);
    }
    try {
      JsonObject json = JsonObject.parse(new String(message.body(), StandardCharsets.UTF_8));
      return new Answer(status, json.string("id", ""), json.bool("duplicate", false));
    } catch (JsonException e) {
      throw new IOException("the answer of 200 is not JSON", e);
    }
  }

  @Override
  public void close() throws IOException {
    Socket open = socket;
    socket = null;
    if (open != null) {
      open.close();
    }
  }
}
