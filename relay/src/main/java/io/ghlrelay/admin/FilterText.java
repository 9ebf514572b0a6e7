package io.ghlrelay.admin;

import io.ghlrelay.config.Nearest;
import io.ghlrelay.config.Units;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventQuery;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The filter grammar that console, API and command line share: words apart by blanks, all of which
 * must hold.
 *
 * <pre>
 * type:Contact* location:ID company:ID app:ID webhook:ID target:NAME
 * state:pending|delivered|dead|cancelled|unrouted since:1h until:2026-11-24T10:00:00Z ID
 * </pre>
 *
 * A value may stand in double quotes; a word without a key is the id of an event, a webhook or a
 * location. {@code since} and {@code until} take an instant, or a duration before now.
 */
final class FilterText {
  /** Longest filter, in characters: far more than anyone types. */
  static final int MAX_LENGTH = 1024;

  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
  private static final String UNROUTED = "unrouted";
  private static final String STATES = "pending, delivered, dead, cancelled or unrouted";
  private static final Set<String> KEYS =
      Set.of("type", "location", "company", "app", "webhook", "target", "state", "since", "until");

  /** Where a bare word is kept among the keyed ones; no key is empty. */
  private static final String BARE = "";

  private FilterText() {}

  /**
   * The values of a filter by key, each key once.
   *
   * @param text the filter; empty = everything
   * @throws ApiException 400 that names the word that is wrong and what is expected
   */
  static Map<String, String> words(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new ApiException(400, "The filter is longer than " + MAX_LENGTH + " characters.");
    }
    Map<String, String> values = new TreeMap<>();
    for (String word : split(text)) {
      int colon = word.indexOf(':');
      String key = colon < 0 ? BARE : word.substring(0, colon);
      String value = unquoted(word.substring(colon + 1));
      if (colon >= 0 && !KEYS.contains(key)) {
        throw new ApiException(400, unknown(key));
      }
      if (value.isEmpty()) {
        throw new ApiException(400, "'" + word + "' has no value.");
      }
      if (values.put(key, value) != null) {
        throw new ApiException(
            400,
            key.equals(BARE)
                ? "'" + value + "' is a second id; name what it is, for example location:" + value
                : "'" + key + ":' is given twice.");
      }
    }
    return values;
  }

  private static String unknown(String key) {
    String nearest = Nearest.to(key, KEYS);
    return "There is no filter '"
        + key
        + ":'"
        + (nearest == null ? "" : "; did you mean '" + nearest + ":'?")
        + " Known: "
        + String.join(", ", KEYS.stream().sorted().toList())
        + ".";
  }

  private static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      }
      if (Character.isWhitespace(c) && !quoted) {
        add(words, word);
      } else {
        word.append(c);
      }
    }
    if (quoted) {
      throw new ApiException(400, "A quote is not closed.");
    }
    add(words, word);
    return words;
  }

  private static void add(List<String> words, StringBuilder word) {
    if (word.length() > 0) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static String unquoted(String value) {
    return value.replace("\"", "");
  }

  /**
   * The query of values by key, as of the filter and of the single parameters.
   *
   * @param clock what durations count back from
   * @throws ApiException 400 if a value is not what its key expects
   */
  static EventQuery query(
      Map<String, String> values, Clock clock, @Nullable EventId cursor, int limit) {
    String state = values.get("state");
    boolean unrouted = UNROUTED.equals(state);
    return new EventQuery(
        values.get("location"),
        values.get("company"),
        values.get("app"),
        values.get("type"),
        values.get("webhook"),
        values.get(BARE),
        values.get("target"),
        state == null || unrouted ? null : state(state),
        unrouted,
        instant("since", values.get("since"), clock),
        instant("until", values.get("until"), clock),
        cursor,
        limit);
  }

  private static DeliveryState state(String text) {
    return DeliveryState.ofId(text)
        .orElseThrow(() -> new ApiException(400, "'state' (expected: " + STATES + ")."));
  }

  private static @Nullable Instant instant(String key, @Nullable String text, Clock clock) {
    if (text == null) {
      return null;
    }
    try {
      return bounded(Instant.parse(text));
    } catch (DateTimeParseException notAnInstant) {
      try {
        return bounded(clock.instant().minus(Units.duration(text)));
      } catch (IllegalArgumentException | ArithmeticException | java.time.DateTimeException e) {
        throw new ApiException(
            400, "'" + key + "' (expected: 30m, 2h, 7d or 2026-11-24T10:00:00Z).");
      }
    }
  }

  /** Within what a store can count; no event is older or newer. */
  private static Instant bounded(Instant at) {
    if (at.isBefore(Instant.EPOCH)) {
      return Instant.EPOCH;
    }
    return at.isAfter(LATEST) ? LATEST : at;
  }

  /** A filter in words, for showing what a job works on. */
  static String text(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) ->
            text.append(text.length() == 0 ? "" : " ")
                .append(key.equals(BARE) ? "" : key + ":")
                .append(
                    value.chars().anyMatch(Character::isWhitespace) ? '"' + value + '"' : value));
    return text.toString();
  }
}
