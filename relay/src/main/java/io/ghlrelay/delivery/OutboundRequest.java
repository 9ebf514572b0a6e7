package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.Header;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt sends: the platform's end-to-end headers and exact body, and ours. Immutable.
 *
 * @param headers in order, without {@code Host} and {@code Content-Length}, which the client sets
 * @param body the exact bytes the platform signed
 * @param answerBytes how much of the answer's body is kept, at most 64 KiB
 */
public record OutboundRequest(List<Header> headers, byte[] body, int answerBytes) {

  /** RFC 9110, section 7.6.1, and what the client sets itself. */
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection",
          "proxy-connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "proxy-authenticate",
          "proxy-authorization",
          "host",
          "content-length",
          "expect");

  /** Names that only the relay may set; an inbound header cannot pretend. */
  private static final Set<String> OURS =
      Set.of(
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature",
          // Each event has a trace of its own; whoever posts may not choose it, nor what travels
          // on.
          "traceparent",
          "tracestate",
          "baggage");

  private static final String OUR_PREFIX = "relay-";

  private static final String AUTHORIZATION = "Authorization";

  /** Longest id of the platform's that is passed on as {@code Webhook-Id}. */
  private static final int MAX_ID = 128;

  public OutboundRequest {
    headers = List.copyOf(headers);
  }

  /**
   * Whether a header of this name travels from the platform to a target. An underscore counts as a
   * hyphen: to a target behind CGI or the like they are one name.
   */
  public static boolean isForwarded(String name) {
    String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
    return !NOT_FORWARDED.contains(lower) && !OURS.contains(lower) && !lower.startsWith(OUR_PREFIX);
  }

  /**
   * Builds the request of one attempt.
   *
   * @param event what was received
   * @param body its exact bytes
   * @param series the delivery's series of attempts, from 1
   * @param attempt number of the attempt in its series, from 1
   * @param target whose headers and signing apply
   * @param now the time of the attempt, for signing
   * @param authorization value of that header; null = none of ours
   */
  public static OutboundRequest of(
      Event event,
      byte[] body,
      int series,
      int attempt,
      TargetConfig target,
      Instant now,
      @Nullable Secret authorization) {
    List<Header> headers = new ArrayList<>(event.headers().size() + target.headers().size() + 8);
    Set<String> left = leftOut(event.headers(), target);
    for (Header header : event.headers()) {
      if (isForwarded(header.name())
          && (left.isEmpty() || !left.contains(header.name().toLowerCase(Locale.ROOT)))) {
        headers.add(header);
      }
    }
    String webhookId = webhookId(event);
    headers.add(new Header("Relay-Event-Id", event.id().toString()));
    headers.add(new Header("Relay-Attempt", Integer.toString(attempt)));
    headers.add(new Header("Relay-Verified", event.verified().id()));
    headers.add(new Header("Webhook-Id", webhookId));
    headers.add(
        new Header(
            "traceparent", TraceContext.traceparent(event.id(), target.name(), series, attempt)));
    for (Map.Entry<String, Secret> header : target.headers().entrySet()) {
      headers.add(new Header(header.getKey(), header.getValue().reveal()));
    }
    if (authorization != null) {
      headers.add(new Header(AUTHORIZATION, authorization.reveal()));
    }
    if (target.sign() != null) {
      headers.addAll(StandardWebhooksSigner.sign(target.sign(), webhookId, now, body));
    }
    return new OutboundRequest(headers, body, Attempt.RESPONSE_START_BYTES);
  }

  /** Names that the connection was about, or that the target's own headers replace. */
  private static Set<String> leftOut(List<Header> headers, TargetConfig target) {
    Set<String> names = Set.of();
    if (target.auth() != null) {
      names = with(names, AUTHORIZATION);
    }
    for (String replaced : target.headers().keySet()) {
      names = with(names, replaced);
    }
    for (Header header : headers) {
      if (header.name().equalsIgnoreCase("connection")) {
        for (String name : header.value().split(",")) {
          names = with(names, name.trim());
        }
      }
    }
    return names;
  }

  /** The set, made when the first name comes: mostly there is none. */
  private static Set<String> with(Set<String> names, String more) {
    Set<String> set = names.isEmpty() ? new HashSet<>() : names;
    set.add(more.toLowerCase(Locale.ROOT));
    return set;
  }

  /**
   * The id a receiver can be idempotent by: the platform's own, which survives a resend, unless it
   * is missing, unfit for signing, or shared by events with different bodies.
   */
  static String webhookId(Event event) {
    Envelope envelope = event.envelope();
    String id = envelope.webhookId();
    return id != null && !event.conflict() && isPlain(id) ? id : event.id().toString();
  }

  /** Fit to be signed as {@code id.timestamp.body}: letters, digits, "_" and "-" only. */
  private static boolean isPlain(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= MAX_ID;
  }
}
