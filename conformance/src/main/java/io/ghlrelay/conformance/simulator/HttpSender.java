package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.schedule.Outcome;
import io.ghlrelay.conformance.schedule.TransportError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request and says how it ended, within the timeout whatever the endpoint does. A status
 * decides as soon as it is in; a body that stalls or never ends changes nothing. Thread-safe.
 */
public final class HttpSender {
  private final HttpClient http;
  private final Duration timeout;

  /**
   * A sender.
   *
   * @param http redirects are followed as it does
   * @param timeout of a whole request, in real time
   */
  public HttpSender(HttpClient http, Duration timeout) {
    this.http = http;
    this.timeout = timeout;
  }

  /**
   * How a request ended.
   *
   * @param outcome the status or the error
   * @param took real time
   * @param answer start of the body as text, at most 1 KiB
   */
  public record Sent(Outcome outcome, Duration took, String answer) {}

  /** POSTs these bytes. The future fails only if no request can be made of this. */
  public CompletableFuture<Sent> post(URI to, Map<String, String> headers, byte[] body) {
    return post(to, headers, HttpRequest.BodyPublishers.ofByteArray(body));
  }

  /** POSTs what is published. The future fails only if no request can be made of this. */
  public CompletableFuture<Sent> post(
      URI to, Map<String, String> headers, HttpRequest.BodyPublisher body) {
    long start = System.nanoTime();
    AtomicReference<@Nullable ResponseInfo> head = new AtomicReference<>();
    StartOfBody answer = new StartOfBody();
    CompletableFuture<Void> exchange;
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(to).timeout(timeout).POST(body);
      headers.forEach(request::header);
      exchange =
          http.sendAsync(
                  request.build(),
                  info -> {
                    head.set(info);
                    return answer;
                  })
              .thenAccept(response -> {});
    } catch (IllegalArgumentException e) {
      exchange = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> running = exchange;
    return exchange
        .orTimeout(timeout.toMillis() + 1, TimeUnit.MILLISECONDS)
        .handle(
            (nothing, error) -> {
              Duration took = Duration.ofNanos(System.nanoTime() - start);
              running.cancel(true);
              ResponseInfo info = head.get();
              Outcome outcome =
                  info != null
                      ? new Outcome.Answered(info.statusCode(), retryAfter(info))
                      : Outcome.failed(classify(error));
              return new Sent(outcome, took, answer.text());
            });
  }

  private static TransportError classify(@Nullable Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof HttpConnectTimeoutException) {
      return TransportError.CONNECT;
    }
    if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
      return TransportError.TIMEOUT;
    }
    if (cause instanceof SSLException) {
      return TransportError.TLS;
    }
    if (cause instanceof ConnectException) {
      return causedBy(cause, UnresolvedAddressException.class)
          ? TransportError.DNS
          : TransportError.CONNECT;
    }
    if (cause instanceof ProtocolException || causedBy(cause, ProtocolException.class)) {
      return TransportError.PROTOCOL;
    }
    if (cause instanceof IOException) {
      return TransportError.RESET;
    }
    throw new CompletionException("the request cannot be sent", cause);
  }

  private static boolean causedBy(@Nullable Throwable error, Class<? extends Throwable> type) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  /** Seconds or a date (RFC 9110, 10.2.3); null if absent, negative or unreadable. */
  private static @Nullable Duration retryAfter(ResponseInfo info) {
    String value = info.headers().firstValue("Retry-After").orElse("").strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Duration until =
          Duration.between(
              ZonedDateTime.now(java.time.ZoneOffset.UTC),
              ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
      return until.isNegative() ? Duration.ZERO : until;
    } catch (DateTimeException e) {
      return null; // no rule says what garbage means: as if it were not there
    }
  }
}
