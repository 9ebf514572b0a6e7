package io.ghlrelay.it;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One connection to a relay: sends anything, reads answers strictly. For one thread. */
final class HostileConnection implements AutoCloseable {
  /** Far beyond every time-out of the relay under test: reaching it is a failure. */
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;

  /** An answer; the body as text. */
  record Answer(int status, String body) {}

  HostileConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /**
   * Sends on another thread, since the relay may answer, and close, before all is sent.
   *
   * @return whether all was sent; false = the relay has closed before that
   */
  CompletableFuture<Boolean> send(HostileCases.Sender sender, Executor threads) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            OutputStream out = socket.getOutputStream();
            sender.send(out);
            out.flush();
            return true;
          } catch (IOException closed) {
            return false;
          }
        },
        threads);
  }

  /** The next so many answers, fewer if the relay closes. */
  List<Answer> answers(int most) throws IOException {
    List<Answer> answers = new ArrayList<>();
    while (answers.size() < most) {
      Answer answer = next();
      if (answer == null) {
        break;
      }
      answers.add(answer);
    }
    return answers;
  }

  /** The next answer; null if the connection has ended. */
  @Nullable Answer next() throws IOException {
    String status = line();
    if (status == null) {
      return null;
    }
    if (!status.matches("HTTP/1\\.1 [1-5]\\d\\d .*")) {
      throw new IOException("not an answer: " + status);
    }
    int length = 0;
    for (String header = line(); header != null && !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
      }
    }
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Answer(Integer.parseInt(status.substring(9, 12)), body);
  }

  /** A line without its end; null at the end of the connection. */
  private @Nullable String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int c = read();
    while (c >= 0 && c != '\n') {
      line.append((char) c);
      c = read();
    }
    return c < 0 ? null : line.substring(0, line.length() - 1);
  }

  /** A reset is an end, too: a sender that is not done learns of the end that way. */
  private int read() throws IOException {
    try {
      return in.read();
    } catch (SocketException reset) {
      return -1;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
