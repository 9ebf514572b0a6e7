package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** One connection to a target: reads requests, answers as the target's mood is. Confined. */
final class TargetConnection {
  private static final int READ = 8 << 10;
  private static final long CHUNK_EVERY = Duration.ofMillis(5).toNanos();
  private static final byte[] CHUNK = ascii("400\r\n" + "x".repeat(1024) + "\r\n");
  private static final byte[] ENDLESS =
      ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  private static final byte[] GARBAGE = ascii("\u0016\u0003\u0001 this is not HTTP\r\n\r\n");

  private final Targets targets;
  private final Targets.Place place;
  private final SocketChannel channel;
  private final Ledger ledger;
  private byte[] in = new byte[READ];
  private int length;
  private boolean answering;

  TargetConnection(Targets targets, Targets.Place place, SocketChannel channel, Ledger ledger) {
    this.targets = targets;
    this.place = place;
    this.channel = channel;
    this.ledger = ledger;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] status(int status) {
    return ascii("HTTP/1.1 " + status + " -\r\nContent-Length: 0\r\n\r\n");
  }

  /** Something can be read, or the other side has gone. */
  void ready() {
    try {
      if (length == in.length) {
        in = Arrays.copyOf(in, 2 * length);
      }
      int read = channel.read(ByteBuffer.wrap(in, length, in.length - length));
      if (read < 0) {
        close();
        return;
      }
      length += read;
      next();
    } catch (IOException | HttpMessage.Malformed e) {
      close(); // the relay was killed, gave up, or speaks TLS: its attempt has failed
    }
  }

  private void next() throws IOException, HttpMessage.Malformed {
    HttpMessage request = answering ? null : HttpMessage.read(in, length);
    if (request == null) {
      return;
    }
    length -= request.length();
    System.arraycopy(in, request.length(), in, 0, length);
    String attempt = request.header("relay-attempt");
    Ledger.Arrival arrival =
        ledger.arrived(
            place.target(),
            request.header("webhook-id"),
            request.header("relay-event-id"),
            attempt.matches("\\d{1,4}") ? Integer.parseInt(attempt) : 0,
            request.body(),
            System.nanoTime());
    if (arrival == null) {
      write(status(200)); // counted as a violation already
      return;
    }
    answer(arrival, place.mood(arrival));
  }

  private void answer(Ledger.Arrival arrival, Mood mood) throws IOException {
    switch (mood.behaviour()) {
      case TAKE -> take(arrival);
      case STATUS_503 -> fail(arrival, 503);
      case STATUS_429 -> fail(arrival, 429);
      case REJECT -> {
        ledger.dead(arrival.target(), arrival.event());
        write(status(400));
      }
      case SLOW -> {
        answering = true;
        targets.later(mood.delay().toNanos(), () -> takeLate(arrival));
      }
      case HANG -> answering = true; // until the relay gives up and closes
      case ENDLESS -> {
        // The status decides: for the relay this is delivered, whatever becomes of the rest.
        ledger.delivered(arrival);
        answering = true;
        write(ENDLESS);
        chunk();
      }
      case RESET -> {
        ledger.failed(arrival, System.nanoTime());
        reset();
      }
      case GARBAGE -> {
        ledger.failed(arrival, System.nanoTime());
        write(GARBAGE);
        close();
      }
    }
  }

  private void take(Ledger.Arrival arrival) throws IOException {
    ledger.delivered(arrival);
    write(status(200));
  }

  private void fail(Ledger.Arrival arrival, int status) throws IOException {
    ledger.failed(arrival, System.nanoTime());
    write(status(status));
  }

  private void takeLate(Ledger.Arrival arrival) {
    if (!channel.isOpen()) {
      return; // the relay has given up
    }
    try {
      answering = false;
      take(arrival);
      next();
    } catch (IOException | HttpMessage.Malformed e) {
      close();
    }
  }

  private void chunk() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      if (place.relented()) {
        close();
        return;
      }
      // A part of a chunk, where the socket is full, is as endless as a whole one.
      channel.write(ByteBuffer.wrap(CHUNK));
      targets.later(CHUNK_EVERY, this::chunk);
    } catch (IOException e) {
      close();
    }
  }

  /** A short answer always fits into an empty socket. */
  private void write(byte[] bytes) throws IOException {
    channel.write(ByteBuffer.wrap(bytes));
  }

  /** Breaks off with a reset. */
  void reset() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is closed already, and then just as gone.
    }
    close();
  }

  private void close() {
    place.gone(this);
    try {
      channel.close();
    } catch (IOException e) {
      // Nobody is left to tell.
    }
  }
}
