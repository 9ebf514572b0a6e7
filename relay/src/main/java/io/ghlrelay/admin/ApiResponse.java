package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An answer of the admin API. Immutable.
 *
 * @param status HTTP status
 * @param contentType its media type
 * @param body its bytes
 * @param headers further headers
 */
record ApiResponse(int status, String contentType, byte[] body, Map<String, String> headers) {

  static ApiResponse json(int status, JsonNode json) {
    return new ApiResponse(status, "application/json", utf8(json.toString()), Map.of());
  }

  /** The same answer with one more header. */
  ApiResponse with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new ApiResponse(status, contentType, body, Map.copyOf(more));
  }

  static ApiResponse text(String contentType, String text) {
    return new ApiResponse(200, contentType, utf8(text), Map.of());
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
