package io.ghlrelay.conformance.payload;

import io.ghlrelay.conformance.payload.EventType.LocationAt;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** All types of event that the platform documents. Stateless. */
public final class EventCatalogue {
  private static final List<EventType> ALL = read();

  private EventCatalogue() {}

  /** Every type, in the order of the platform's documentation. */
  public static List<EventType> all() {
    return ALL;
  }

  /**
   * The type of that name.
   *
   * @throws IllegalArgumentException if there is none; the message names the nearest
   */
  public static EventType get(String name) {
    return ALL.stream()
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "event type: " + name + " (did you mean " + nearest(name) + "?)"));
  }

  private static String nearest(String name) {
    return ALL.stream()
        .map(EventType::name)
        .min(
            Comparator.comparingInt(
                known -> distance(known.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT))))
        .orElseThrow();
  }

  /** Levenshtein's distance; of a long word only the start counts. */
  private static int distance(String a, String word) {
    String b = word.substring(0, Math.min(word.length(), 64));
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  /** The text of a resource of this package's. */
  static String resource(String name) {
    try (InputStream in = EventCatalogue.class.getResourceAsStream("/payload/" + name)) {
      if (in == null) {
        throw new IllegalStateException("missing from the jar: payload/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<EventType> read() {
    List<EventType> types = new ArrayList<>();
    resource("catalogue.tsv")
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\t", -1))
        .forEach(
            cell ->
                types.add(
                    new EventType(
                        cell[0],
                        cell[1],
                        LocationAt.valueOf(cell[2]),
                        cell[3].equals("yes"),
                        cell[4].equals("yes"),
                        cell[5],
                        cell[6].equals("-") ? null : cell[6],
                        cell[7])));
    return List.copyOf(types);
  }
}
