package io.ghlrelay.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Reads a {@code Retry-After} header (RFC 9110, section 10.2.3): seconds, or an HTTP date. */
final class RetryAfter {
  /** More digits than this is garbage, and would overflow. */
  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /** The wait it asks for, never negative; null if it is absent or not understood. */
  static @Nullable Duration parse(@Nullable String value, Instant now) {
    if (value == null || value.isEmpty()) {
      return null;
    }
    if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return value.length() > MAX_DIGITS ? null : Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(now, date);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException garbage) {
      return null; // the header is advice from outside: what cannot be read is not followed
    }
  }
}
