package io.ghlrelay.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logins of the console: a browser cannot send the token with a stream or a page, so it gets a
 * cookie for it. In memory; a restart asks for the token again. Thread-safe.
 */
final class Sessions {
  /** How long a login lasts. */
  static final Duration LIFETIME = Duration.ofHours(12);

  /** Wrong tokens within a minute; then nobody may try for the rest of it. */
  static final int MAX_WRONG = 10;

  private static final Duration WRONG_WITHIN = Duration.ofMinutes(1);
  private static final int MAX_SESSIONS = 1_000;
  private static final int ID_BYTES = 32;
  private static final int NAME_BYTES = 4;

  private final SecureRandom random = new SecureRandom();
  private final Clock clock;
  private final Map<String, Instant> expiries = new LinkedHashMap<>();
  private final Deque<Instant> wrong = new ArrayDeque<>();

  Sessions(Clock clock) {
    this.clock = clock;
  }

  /** Opens one; gives its id, which nobody can guess. */
  synchronized String open() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    if (expiries.size() >= MAX_SESSIONS) {
      expiries.remove(expiries.keySet().iterator().next());
    }
    expiries.put(id, clock.instant().plus(LIFETIME));
    return id;
  }

  /** What a session is called where it is spoken of: nobody can come by its id from it. */
  static String name(String id) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return "session:" + HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
    }
  }

  /** Whether a session is open. A look-up by hash tells nothing of how near a guess was. */
  synchronized boolean isOpen(@Nullable String id) {
    Instant expiry = id == null ? null : expiries.get(id);
    return expiry != null && clock.instant().isBefore(expiry);
  }

  synchronized void close(@Nullable String id) {
    if (id != null) {
      expiries.remove(id);
    }
  }

  /** Whether a token may be tried now; false = too many were wrong. */
  synchronized boolean mayTry() {
    Instant since = clock.instant().minus(WRONG_WITHIN);
    while (!wrong.isEmpty() && wrong.getFirst().isBefore(since)) {
      wrong.removeFirst();
    }
    return wrong.size() < MAX_WRONG;
  }

  /** A token was wrong. */
  synchronized void wrong() {
    wrong.addLast(clock.instant());
  }
}
