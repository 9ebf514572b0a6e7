package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.Outcome;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.simulator.HttpSender;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The endpoint under test, as its probes see it. Confined to the thread that certifies. */
public final class Endpoint {
  /** Made once: an RSA pair takes seconds. */
  private static final SigningKeys STRANGERS = SigningKeys.generate();

  private final URI url;
  private final SigningKeys keys;
  private final HttpSender sender;
  private final Duration limit;
  private final PayloadGenerator payloads;
  private final Instant now;

  Endpoint(URI url, SigningKeys keys, HttpSender sender, Duration limit, long seed, Instant now) {
    this.url = url;
    this.keys = keys;
    this.sender = sender;
    this.limit = limit;
    this.payloads = new PayloadGenerator(seed);
    this.now = now;
  }

  /** How long an answer may take. */
  Duration limit() {
    return limit;
  }

  /** A fresh event, of now unless the request says when. */
  Payload event(PayloadRequest request) {
    return payloads.next(request.timestamp() == null ? request.withTimestamp(now) : request);
  }

  Payload event(String type) {
    return event(PayloadRequest.of(type));
  }

  /** When the battery began. */
  Instant now() {
    return now;
  }

  /** Both good signatures of a body. */
  Map<String, String> signed(byte[] body) {
    return keys.headers(SignatureMode.BOTH, body);
  }

  /** Only the current, good signature. */
  Map<String, String> signedNow(byte[] body) {
    return keys.headers(SignatureMode.ED25519, body);
  }

  /** Both signatures, by keys that nobody trusts. */
  Map<String, String> forged(byte[] body) {
    return STRANGERS.headers(SignatureMode.BOTH, body);
  }

  /** Sends and waits. */
  HttpSender.Sent send(byte[] body, Map<String, String> signatures) {
    return later(body, signatures).join();
  }

  /** Sends. */
  CompletableFuture<HttpSender.Sent> later(byte[] body, Map<String, String> signatures) {
    return sender.post(url, headers(signatures), body);
  }

  /** Sends a body that comes in pieces. */
  CompletableFuture<HttpSender.Sent> later(
      HttpRequest.BodyPublisher body, Map<String, String> signatures) {
    return sender.post(url, headers(signatures), body);
  }

  private static Map<String, String> headers(Map<String, String> signatures) {
    Map<String, String> headers = new HashMap<>(signatures);
    headers.put("Content-Type", "application/json");
    return headers;
  }

  /** Should be taken, in time. */
  Optional<String> taken(HttpSender.Sent sent) {
    if (!sent.outcome().delivered()) {
      return Optional.of(words(sent));
    }
    return sent.took().compareTo(limit) > 0
        ? Optional.of("answered after " + sent.took().toMillis() + " ms")
        : Optional.empty();
  }

  /** Should be refused by a client error: 2xx takes it, 5xx has it sent again and again. */
  static Optional<String> refused(HttpSender.Sent sent) {
    boolean good =
        sent.outcome() instanceof Outcome.Answered answered
            && answered.status() / 100 == 4
            && answered.status() != 408
            && answered.status() != 429;
    return good ? Optional.empty() : Optional.of(words(sent));
  }

  /** May be taken or refused, but must be answered. */
  static Optional<String> survived(HttpSender.Sent sent) {
    boolean good =
        sent.outcome() instanceof Outcome.Answered answered && answered.status() / 100 != 5;
    return good ? Optional.empty() : Optional.of(words(sent));
  }

  /** What an answer was, for people. */
  static String words(HttpSender.Sent sent) {
    return sent.outcome() instanceof Outcome.Answered answered
        ? "answered " + answered.status()
        : "no answer: " + sent.outcome().label();
  }
}
