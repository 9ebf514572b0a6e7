package io.ghlrelay.store.rocksdb;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.Header;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of events, deliveries and attempts. Each begins with {@link #VERSION}; enums are
 * stored by ordinal, so new constants go at the end.
 *
 * <table>
 *   <caption>Fields in order; ids and targets stand in the keys</caption>
 *   <tr><td>event</td><td>receivedAt, scheme, conflict, bodySize, webhookId?, type?, locationId?,
 *       companyId?, appId?, timestamp?, number of headers, (name, value)*, number of targets, (target
 *       id, route)*</td></tr>
 *   <tr><td>delivery</td><td>state, series, attempts, firstFailureEnd?, jitter?, dueOffset, due?,
 *       deadReason (0 = none, else ordinal + 1), updatedAt, route</td></tr>
 *   <tr><td>attempt</td><td>dueAt, startedAt, latency, kind (0 = answered, 1 = failed), status and
 *       retryAfter? or error, responseStart, deferral?</td></tr>
 *   <tr><td>step</td><td>delivery, attempt? (each with its length)</td></tr>
 * </table>
 */
final class Records {
  /** The version written; the only one read. */
  private static final int VERSION = 1;

  /** No attempt led to this step: a replay did. */
  private static final byte[] NO_ATTEMPT = {};

  /** Usual sizes, so that writers seldom grow. */
  private static final int EVENT_BYTES = 1024;

  private static final int DELIVERY_BYTES = 96;
  private static final int ATTEMPT_BYTES = 64;

  private static final SignatureScheme[] SCHEMES = SignatureScheme.values();
  private static final DeliveryState[] STATES = DeliveryState.values();
  private static final DeadReason[] REASONS = DeadReason.values();
  private static final TransportError[] ERRORS = TransportError.values();

  private Records() {}

  /**
   * What admission stores of an event beside its body. The deliveries that it begins with stand in
   * the event's own record: they need no other until something happens to them.
   *
   * @param event the event
   * @param routed the targets that its routes chose
   */
  record Admitted(Event event, List<Routed> routed) {
    Admitted {
      routed = List.copyOf(routed);
    }
  }

  /**
   * A target that a route chose at admission.
   *
   * @param target the target's number
   * @param route the route's name
   */
  record Routed(int target, String route) {}

  static byte[] event(Event event, List<Routed> routed) {
    Envelope envelope = event.envelope();
    RecordWriter writer =
        new RecordWriter(EVENT_BYTES)
            .number(VERSION)
            .instant(event.receivedAt())
            .number(event.verified().ordinal())
            .number(event.conflict() ? 1 : 0)
            .number(event.bodySize())
            .optionalText(envelope.webhookId())
            .optionalText(envelope.type())
            .optionalText(envelope.locationId())
            .optionalText(envelope.companyId())
            .optionalText(envelope.appId())
            .optionalText(envelope.timestamp())
            .number(event.headers().size());
    for (Header header : event.headers()) {
      writer.text(header.name()).text(header.value());
    }
    writer.number(routed.size());
    for (Routed one : routed) {
      writer.number(one.target()).text(one.route());
    }
    return writer.done();
  }

  static Admitted event(EventId id, byte[] bytes) {
    RecordReader reader = open(bytes);
    Instant receivedAt = reader.instant();
    SignatureScheme scheme = reader.oneOf(SCHEMES);
    boolean conflict = reader.flag();
    int bodySize = reader.smallNumber();
    String webhookId = reader.optionalText();
    String type = reader.optionalText();
    String locationId = reader.optionalText();
    String companyId = reader.optionalText();
    String appId = reader.optionalText();
    String timestamp = reader.optionalText();
    int count = reader.smallNumber();
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      headers.add(new Header(reader.text(), reader.text()));
    }
    int targets = reader.smallNumber();
    List<Routed> routed = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      routed.add(new Routed(reader.smallNumber(), reader.text()));
    }
    reader.end();
    Envelope envelope = new Envelope(webhookId, type, locationId, companyId, appId, timestamp);
    return new Admitted(
        new Event(id, receivedAt, envelope, scheme, headers, bodySize, conflict), routed);
  }

  /** What an attempt, or a replay, made of a delivery. */
  static byte[] step(Delivery after, @Nullable Attempt attempt) {
    return new RecordWriter(DELIVERY_BYTES + ATTEMPT_BYTES)
        .bytes(delivery(after))
        .bytes(attempt == null ? NO_ATTEMPT : attempt(attempt))
        .done();
  }

  static Delivery deliveryOf(EventId id, String target, byte[] step) {
    return delivery(id, target, new RecordReader(step).bytes());
  }

  /** The attempt of a step, or null if it was a replay. */
  static @Nullable Attempt attemptOf(int series, int number, byte[] step) {
    RecordReader reader = new RecordReader(step);
    reader.bytes();
    byte[] attempt = reader.bytes();
    reader.end();
    return attempt.length == 0 ? null : attempt(series, number, attempt);
  }

  static byte[] delivery(Delivery delivery) {
    RetryProgress progress = delivery.progress();
    return new RecordWriter(DELIVERY_BYTES)
        .number(VERSION)
        .number(delivery.state().ordinal())
        .number(delivery.series())
        .number(progress.attempts())
        .optionalInstant(progress.firstFailureEnd())
        .optionalDuration(progress.jitter())
        .duration(progress.dueOffset())
        .optionalInstant(delivery.due())
        .number(delivery.deadReason() == null ? 0 : delivery.deadReason().ordinal() + 1L)
        .instant(delivery.updatedAt())
        .text(delivery.route())
        .done();
  }

  static Delivery delivery(EventId id, String target, byte[] bytes) {
    RecordReader reader = open(bytes);
    DeliveryState state = reader.oneOf(STATES);
    int series = reader.smallNumber();
    RetryProgress progress =
        new RetryProgress(
            reader.smallNumber(),
            reader.optionalInstant(),
            reader.optionalDuration(),
            reader.duration());
    Instant due = reader.optionalInstant();
    int reason = reader.smallNumber();
    if (reason > REASONS.length) {
      throw new CorruptRecordException("no such reason: " + reason);
    }
    Instant updatedAt = reader.instant();
    String route = reader.text();
    reader.end();
    DeadReason deadReason = reason == 0 ? null : REASONS[reason - 1];
    try {
      return new Delivery(id, target, route, state, series, progress, due, deadReason, updatedAt);
    } catch (IllegalArgumentException impossible) {
      throw new CorruptRecordException("no such delivery: " + impossible.getMessage());
    }
  }

  static byte[] attempt(Attempt attempt) {
    RecordWriter writer =
        new RecordWriter(ATTEMPT_BYTES)
            .number(VERSION)
            .instant(attempt.dueAt())
            .instant(attempt.startedAt())
            .duration(attempt.latency());
    if (attempt.outcome() instanceof Outcome.Answered answered) {
      writer.number(0).number(answered.status()).optionalDuration(answered.retryAfter());
    } else if (attempt.outcome() instanceof Outcome.Failed failed) {
      writer.number(1).number(failed.error().ordinal());
    }
    return writer.bytes(attempt.responseStart()).optionalText(attempt.deferral()).done();
  }

  static Attempt attempt(int series, int number, byte[] bytes) {
    RecordReader reader = open(bytes);
    Instant dueAt = reader.instant();
    Instant startedAt = reader.instant();
    var latency = reader.duration();
    Outcome outcome;
    if (reader.flag()) {
      outcome = Outcome.failed(reader.oneOf(ERRORS));
    } else {
      int status = reader.smallNumber();
      if (status < 200 || status > 599) {
        throw new CorruptRecordException("no such status: " + status);
      }
      outcome = new Outcome.Answered(status, reader.optionalDuration());
    }
    byte[] responseStart = reader.bytes();
    String deferral = reader.optionalText();
    reader.end();
    return new Attempt(series, number, dueAt, startedAt, latency, outcome, responseStart, deferral);
  }

  private static RecordReader open(byte[] bytes) {
    RecordReader reader = new RecordReader(bytes);
    long version = reader.number();
    if (version != VERSION) {
      throw new CorruptRecordException(
          "record version " + version + " (expected: " + VERSION + ")");
    }
    return reader;
  }
}
