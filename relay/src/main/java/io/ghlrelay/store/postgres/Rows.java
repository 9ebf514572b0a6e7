package io.ghlrelay.store.postgres;

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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Between rows and records. Enums are stored by ordinal, so new constants go at the end. */
final class Rows {
  /** The columns of {@link #event}. */
  static final String EVENT =
      "id, received_at, webhook_id, type, location_id, company_id, app_id, timestamp, verified,"
          + " conflict, headers, length(body) AS body_size";

  /** The columns of {@link #pending}. */
  static final String PENDING =
      "event_id, target, route, series, attempts, first_failure_end, jitter, due_offset, due,"
          + " updated_at";

  /** The columns of {@link #settled}. */
  static final String SETTLED =
      "event_id, target, route, state, series, attempts, first_failure_end, jitter, due_offset,"
          + " dead_reason, updated_at";

  /** The columns of {@link #attempt}. */
  static final String ATTEMPT =
      "series, number, due_at, started_at, latency, status, retry_after, error, response_start,"
          + " deferral";

  private static final SignatureScheme[] SCHEMES = SignatureScheme.values();
  private static final DeliveryState[] STATES = DeliveryState.values();
  private static final DeadReason[] REASONS = DeadReason.values();
  private static final TransportError[] ERRORS = TransportError.values();

  private Rows() {}

  static UUID uuid(EventId id) {
    return new UUID(id.msb(), id.lsb());
  }

  static EventId id(UUID uuid) {
    return new EventId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  static EventId id(ResultSet row, String column) throws SQLException {
    return id(row.getObject(column, UUID.class));
  }

  /** Microseconds since 1970. */
  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  static @Nullable Long microsOrNull(@Nullable Instant instant) {
    return instant == null ? null : micros(instant);
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  static @Nullable Long microsOrNull(@Nullable Duration duration) {
    return duration == null ? null : micros(duration);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  private static Duration duration(long micros) {
    return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  /** One header a line: no name and no value has a line break. */
  static String headers(List<Header> headers) {
    StringBuilder text = new StringBuilder();
    headers.forEach(h -> text.append(h.name()).append(": ").append(h.value()).append('\n'));
    return text.toString();
  }

  private static List<Header> headers(String text) {
    List<Header> headers = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        headers.add(new Header(line.substring(0, colon), line.substring(colon + 2)));
      }
    }
    return headers;
  }

  static Event event(ResultSet row) throws SQLException {
    Envelope envelope =
        new Envelope(
            row.getString("webhook_id"),
            row.getString("type"),
            row.getString("location_id"),
            row.getString("company_id"),
            row.getString("app_id"),
            row.getString("timestamp"));
    return new Event(
        id(row, "id"),
        instant(row.getLong("received_at")),
        envelope,
        SCHEMES[row.getInt("verified")],
        headers(row.getString("headers")),
        row.getInt("body_size"),
        row.getBoolean("conflict"));
  }

  private static RetryProgress progress(ResultSet row) throws SQLException {
    Long failure = number(row, "first_failure_end");
    Long jitter = number(row, "jitter");
    return new RetryProgress(
        row.getInt("attempts"),
        failure == null ? null : instant(failure),
        jitter == null ? null : duration(jitter),
        duration(row.getLong("due_offset")));
  }

  static Delivery pending(ResultSet row) throws SQLException {
    return new Delivery(
        id(row, "event_id"),
        row.getString("target"),
        row.getString("route"),
        DeliveryState.PENDING,
        row.getInt("series"),
        progress(row),
        instant(row.getLong("due")),
        null,
        instant(row.getLong("updated_at")));
  }

  static Delivery settled(ResultSet row) throws SQLException {
    Long reason = number(row, "dead_reason");
    return new Delivery(
        id(row, "event_id"),
        row.getString("target"),
        row.getString("route"),
        STATES[row.getInt("state")],
        row.getInt("series"),
        progress(row),
        null,
        reason == null ? null : REASONS[reason.intValue()],
        instant(row.getLong("updated_at")));
  }

  static Attempt attempt(ResultSet row) throws SQLException {
    Long error = number(row, "error");
    Long retryAfter = number(row, "retry_after");
    Outcome outcome =
        error != null
            ? Outcome.failed(ERRORS[error.intValue()])
            : new Outcome.Answered(
                row.getInt("status"), retryAfter == null ? null : duration(retryAfter));
    return new Attempt(
        row.getInt("series"),
        row.getInt("number"),
        instant(row.getLong("due_at")),
        instant(row.getLong("started_at")),
        duration(row.getLong("latency")),
        outcome,
        row.getBytes("response_start"),
        row.getString("deferral"));
  }
}
