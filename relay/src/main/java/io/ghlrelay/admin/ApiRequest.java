package io.ghlrelay.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.EventId;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request to the admin API, decoded. Immutable.
 *
 * @param variables values of the path's variables, by name
 * @param query query parameters
 * @param headers the request's headers
 * @param body the body's bytes
 */
record ApiRequest(
    Map<String, String> variables,
    Map<String, List<String>> query,
    HttpHeaders headers,
    byte[] body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The {@code Accept} header, or empty. */
  String accept() {
    return headers.get(HttpHeaderNames.ACCEPT, "");
  }

  /** Refuses parameters that the operation does not know: a typing error must not widen a query. */
  void onlyParameters(Set<String> known) {
    for (String name : query.keySet()) {
      if (!known.contains(name)) {
        throw new ApiException(
            400,
            "Unknown query parameter '" + name + "'. Known: " + String.join(", ", sorted(known)));
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  /** A query parameter given once, not empty; null if absent. */
  @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    if (values == null || values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw new ApiException(400, "The parameter '" + name + "' is given twice.");
    }
    return values.get(0).isEmpty() ? null : values.get(0);
  }

  @Nullable Instant instant(String name) {
    String text = parameter(name);
    return text == null ? null : parseInstant(name, text);
  }

  static Instant parseInstant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new ApiException(
          400, "'" + name + "' is not an instant (expected: 2026-11-24T10:00:00Z).");
    }
  }

  int integer(String name, int fallback, int min, int max) {
    String text = parameter(name);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the same words
    }
    throw new ApiException(400, "'" + name + "' (expected: " + min + ".." + max + ").");
  }

  /** The event id in the path. */
  EventId eventId() {
    try {
      return EventId.parse(variables.getOrDefault("id", ""));
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "The event id is not a UUID.");
    }
  }

  /** The JSON object of the body; empty if there is no body. Refuses unknown members. */
  ObjectNode object(Set<String> known) {
    if (body.length == 0) {
      return JSON.createObjectNode();
    }
    try {
      JsonNode parsed = JSON.readTree(body);
      if (!(parsed instanceof ObjectNode object)) {
        throw new ApiException(400, "The body must be a JSON object.");
      }
      object
          .fieldNames()
          .forEachRemaining(
              name -> {
                if (!known.contains(name)) {
                  throw new ApiException(
                      400,
                      "Unknown member '" + name + "'. Known: " + String.join(", ", sorted(known)));
                }
              });
      return object;
    } catch (JsonProcessingException e) {
      throw new ApiException(400, "The body is not JSON.");
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory does not fail", e);
    }
  }
}
