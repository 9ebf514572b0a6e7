package io.ghlrelay.delivery;

import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on its way: ends exactly once, in an answer, an error, or its timeout. Confined to
 * its event loop after {@link #started}.
 */
final class Exchange {
  private final TargetConfig target;
  private final OutboundRequest request;
  private final Clock clock;
  private final EventLoop loop;
  private final Consumer<TargetAnswer> answered;
  private final ByteArrayOutputStream responseStart = new ByteArrayOutputStream(0);

  private Instant startedAt;
  private long deadline;
  private @Nullable Channel channel;
  private Outcome.@Nullable Answered status;
  private boolean ended;

  Exchange(
      TargetConfig target,
      OutboundRequest request,
      Clock clock,
      EventLoop loop,
      Consumer<TargetAnswer> answered) {
    this.target = target;
    this.request = request;
    this.clock = clock;
    this.loop = loop;
    this.answered = answered;
    this.startedAt = clock.instant();
  }

  TargetConfig target() {
    return target;
  }

  OutboundRequest request() {
    return request;
  }

  EventLoop loop() {
    return loop;
  }

  /** Begins: the timeout runs from here, so connecting counts. */
  void started() {
    startedAt = clock.instant();
    deadline = System.nanoTime() + target.timeout().toNanos();
  }

  /** When its time is up, by {@code System.nanoTime()}; the connection watches over it. */
  long deadline() {
    return deadline;
  }

  /** The connection that carries it; closed if the exchange does not end cleanly. */
  void on(Channel carrier) {
    channel = carrier;
    if (ended) {
      carrier.close(); // timed out while connecting
    }
  }

  /** Whether it has ended, by its timeout for example. */
  boolean ended() {
    return ended;
  }

  /** The status has come; it decides, whatever becomes of the body. */
  void status(Outcome.Answered answer) {
    status = answer;
  }

  /** The time, by the clock of the attempt. */
  Instant now() {
    return clock.instant();
  }

  /** Notes the start of the answer's body. */
  ByteArrayOutputStream responseStart() {
    return responseStart;
  }

  /** The answer is complete, or as much of it as is read. */
  void completed() {
    end(status != null ? status : Outcome.failed(TransportError.PROTOCOL));
  }

  /**
   * Something broke.
   *
   * @param cause what
   * @param connecting whether there was no connection yet
   */
  void failed(Throwable cause, boolean connecting) {
    end(status != null ? status : Outcome.failed(classify(cause, connecting)));
    if (channel != null) {
      channel.close();
    }
  }

  /** Its time is up. */
  void timedOut() {
    end(status != null ? status : Outcome.failed(TransportError.TIMEOUT));
    if (channel != null) {
      channel.close();
    }
  }

  private void end(Outcome outcome) {
    if (ended) {
      return;
    }
    ended = true;
    answered.accept(
        new TargetAnswer(outcome, startedAt, clock.instant(), responseStart.toByteArray()));
  }

  /** What a broken exchange is called; every one but a timeout counts as 503. */
  static TransportError classify(Throwable cause, boolean connecting) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof UnknownHostException) {
        return TransportError.DNS;
      }
      if (t instanceof SSLException || t instanceof CertificateException) {
        return TransportError.TLS;
      }
      if (t instanceof ConnectTimeoutException
          || t instanceof ConnectException
          || t instanceof NoRouteToHostException) {
        return TransportError.CONNECT;
      }
    }
    if (cause instanceof DecoderException || cause instanceof IllegalArgumentException) {
      return TransportError.PROTOCOL;
    }
    return connecting ? TransportError.CONNECT : TransportError.RESET;
  }
}
