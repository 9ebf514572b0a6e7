package io.ghlrelay.conformance.json;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with typed, checked access. Values are {@code String}, {@code BigDecimal}, {@code
 * Boolean}, {@code JsonObject}, {@code List} or null; other numbers may be put in. Keeps the order
 * of its members. Not thread-safe.
 */
public final class JsonObject {
  private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

  /** Parses a text that must be an object. */
  public static JsonObject parse(String text) {
    if (Json.parse(text) instanceof JsonObject object) {
      return object;
    }
    throw new JsonException("expected a JSON object");
  }

  /** Sets a member and gives this object. */
  public JsonObject put(String name, @Nullable Object value) {
    members.put(name, value);
    return this;
  }

  /** Sets every member of another object and gives this one. */
  public JsonObject putAll(JsonObject other) {
    members.putAll(other.members);
    return this;
  }

  /** A copy without its last member. */
  public JsonObject withoutLast() {
    JsonObject copy = new JsonObject();
    members.entrySet().stream()
        .limit(Math.max(0, members.size() - 1))
        .forEach(member -> copy.put(member.getKey(), member.getValue()));
    return copy;
  }

  /** Whether there is such a member, null or not. */
  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** The names, in order. */
  public Set<String> names() {
    return members.keySet();
  }

  /** The value; null if absent or null. */
  public @Nullable Object get(String name) {
    return members.get(name);
  }

  /** A string that must be there. */
  public String string(String name) {
    String value = optString(name);
    if (value == null) {
      throw wrong(name, "a string");
    }
    return value;
  }

  /** A string; null if absent. */
  public @Nullable String optString(String name) {
    return typed(name, String.class, "a string");
  }

  /** A string, or a value for where it is absent. */
  public String string(String name, String absent) {
    String value = optString(name);
    return value == null ? absent : value;
  }

  /** A whole number that must be there. */
  public long number(String name) {
    if (get(name) == null) {
      throw wrong(name, "a whole number");
    }
    return number(name, 0);
  }

  /** A whole number, or a value for where it is absent. */
  public long number(String name, long absent) {
    Object value = get(name);
    if (value == null) {
      return absent;
    }
    if (value instanceof Number number) {
      try {
        return new BigDecimal(number.toString()).longValueExact();
      } catch (ArithmeticException e) {
        throw wrong(name, "a whole number");
      }
    }
    throw wrong(name, "a whole number");
  }

  /** A number that may have a fraction, or a value for where it is absent. */
  public double decimal(String name, double absent) {
    Object value = get(name);
    if (value == null) {
      return absent;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }

  /** A boolean, or a value for where it is absent. */
  public boolean bool(String name, boolean absent) {
    Boolean value = typed(name, Boolean.class, "true or false");
    return value == null ? absent : value;
  }

  /** An object that must be there. */
  public JsonObject object(String name) {
    JsonObject value = typed(name, JsonObject.class, "an object");
    if (value == null) {
      throw wrong(name, "an object");
    }
    return value;
  }

  /** A list; empty if absent. */
  public List<?> list(String name) {
    List<?> value = typed(name, List.class, "a list");
    return value == null ? List.of() : value;
  }

  /** A list of objects; empty if absent. */
  public List<JsonObject> objects(String name) {
    return list(name).stream()
        .map(
            one -> {
              if (one instanceof JsonObject object) {
                return object;
              }
              throw wrong(name, "a list of objects");
            })
        .toList();
  }

  /** Refuses members that nobody knows, naming those that are. */
  public JsonObject allow(String... known) {
    Set<String> names = Set.of(known);
    for (String name : members.keySet()) {
      if (!names.contains(name)) {
        throw new JsonException(
            name + ": unknown (expected: one of " + String.join(", ", known) + ")");
      }
    }
    return this;
  }

  private <T> @Nullable T typed(String name, Class<T> type, String expected) {
    Object value = get(name);
    if (value == null) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw wrong(name, expected);
    }
    return type.cast(value);
  }

  private JsonException wrong(String name, String expected) {
    return new JsonException(
        name + ": " + Json.write(members.get(name)) + " (expected: " + expected + ")");
  }

  /** As compact JSON. */
  @Override
  public String toString() {
    return Json.write(this);
  }
}
