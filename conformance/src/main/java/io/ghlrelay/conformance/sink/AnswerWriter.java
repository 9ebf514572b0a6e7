package io.ghlrelay.conformance.sink;

import io.ghlrelay.conformance.fault.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers on one connection, as its faults say. Confined to its thread. */
final class AnswerWriter {
  private static final byte[] GARBAGE =
      "\u0016\u0003\u0001this is not HTTP\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] CHUNK =
      ("400\r\n" + "x".repeat(1024) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  private static final Duration ENDLESS_PAUSE = Duration.ofMillis(10);

  private final Socket socket;
  private final OutputStream out;
  private final SplittableRandom random;
  private final CountDownLatch stopped;

  AnswerWriter(Socket socket, SplittableRandom random, CountDownLatch stopped) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.random = random;
    this.stopped = stopped;
  }

  /** How an answer is written: gathered from its faults. */
  private static final class Manner {
    private int slice = Integer.MAX_VALUE;
    private Duration pause = Duration.ZERO;
    private int limit = Integer.MAX_VALUE;
    private Duration slowClose = Duration.ZERO;
    private boolean endless;
  }

  /**
   * Writes an answer.
   *
   * @param keepAlive whether the connection may stay
   * @return whether it does
   */
  boolean write(SinkAnswer normal, List<Fault> faults, boolean keepAlive)
      throws IOException, InterruptedException {
    SinkAnswer answer = normal;
    Manner manner = new Manner();
    for (Fault fault : faults) {
      if (fault instanceof Fault.Status status) {
        answer = status(status);
      } else if (fault instanceof Fault.Redirect redirect) {
        answer =
            new SinkAnswer(302, java.util.Map.of("Location", redirect.location()), new byte[0]);
      } else if (fault instanceof Fault.Latency latency) {
        pause(latency.latency());
        pause(Duration.ofMillis((long) (random.nextDouble() * latency.jitter().toMillis())));
      } else if (fault instanceof Fault.Timeout timeout) {
        pause(timeout.closeAfter() == null ? Duration.ofDays(1) : timeout.closeAfter());
        return false;
      } else if (fault instanceof Fault.ResetPeer
          || fault instanceof Fault.LoseAnswer
          || fault instanceof Fault.Refuse) {
        socket.setSoLinger(true, 0); // close() then sends RST
        return false;
      } else if (fault instanceof Fault.Garbage) {
        out.write(GARBAGE);
        out.flush();
        return false;
      } else {
        manner(fault, manner);
      }
    }
    if (manner.endless) {
      endless(answer);
      return false;
    }
    boolean keep = keepAlive && manner.limit == Integer.MAX_VALUE && manner.slowClose.isZero();
    body(head(answer, keep, "Content-Length: " + answer.body().length), answer.body(), manner);
    pause(manner.slowClose);
    return keep;
  }

  private static void manner(Fault fault, Manner manner) {
    if (fault instanceof Fault.Slicer slicer) {
      manner.slice = slicer.bytes();
      manner.pause = slicer.delay();
    } else if (fault instanceof Fault.Bandwidth bandwidth) {
      // Ten slices a second, or a byte at a time below that.
      manner.slice = Math.max(1, bandwidth.bytesPerSecond() / 10);
      manner.pause = Duration.ofMillis(1000L * manner.slice / bandwidth.bytesPerSecond());
    } else if (fault instanceof Fault.LimitData limit) {
      manner.limit = limit.bytes();
    } else if (fault instanceof Fault.SlowClose close) {
      manner.slowClose = close.delay();
    } else if (fault instanceof Fault.EndlessBody) {
      manner.endless = true;
    } else {
      throw new IllegalStateException("not known to the sink: " + fault);
    }
  }

  private static SinkAnswer status(Fault.Status status) {
    Duration retryAfter = status.retryAfter();
    SinkAnswer plain = SinkAnswer.of(status.status());
    return retryAfter == null
        ? plain
        : new SinkAnswer(
            status.status(),
            java.util.Map.of("Retry-After", String.valueOf(retryAfter.toSeconds())),
            plain.body());
  }

  private static byte[] head(SinkAnswer answer, boolean keep, String framing) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " -\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append(framing).append("\r\n").append(keep ? "" : "Connection: close\r\n");
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private void body(byte[] head, byte[] body, Manner manner)
      throws IOException, InterruptedException {
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    int end = Math.min(all.length, manner.limit);
    for (int at = 0; at < end; ) {
      int length = Math.min(manner.slice, end - at);
      out.write(all, at, length);
      out.flush();
      at += length;
      if (at < end) {
        pause(manner.pause);
      }
    }
  }

  private void endless(SinkAnswer answer) throws IOException, InterruptedException {
    out.write(head(answer, false, "Transfer-Encoding: chunked"));
    while (stopped.getCount() > 0) {
      out.write(CHUNK); // fails once the other side has gone
      out.flush();
      pause(ENDLESS_PAUSE);
    }
  }

  /** Waits, or until the sink stops. */
  private void pause(Duration time) throws InterruptedException {
    if (!time.isZero() && stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("the sink stops");
    }
  }
}
