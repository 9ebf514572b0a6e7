package io.ghlrelay.conformance.sink;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer. Do not change the bytes.
 *
 * @param status its status
 * @param headers beside Content-Length, by name
 * @param body its body
 */
public record SinkAnswer(int status, Map<String, String> headers, byte[] body) {
  /** Copies the headers. */
  public SinkAnswer {
    headers = Map.copyOf(headers);
  }

  /** A small JSON answer. */
  public static SinkAnswer of(int status) {
    return new SinkAnswer(
        status,
        Map.of("Content-Type", "application/json"),
        ("{\"success\":" + (status / 100 == 2) + "}").getBytes(StandardCharsets.UTF_8));
  }
}
