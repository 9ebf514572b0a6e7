package io.ghlrelay.conformance.sink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came. Do not change the bytes.
 *
 * @param number which one of all, from 1
 * @param attempt which one of its event, from 1
 * @param sinceStart when it was read, from the start of the sink
 * @param connection on which connection it came, from 1
 * @param method its method
 * @param path its path with the query
 * @param headers by name, in any case
 * @param body the exact bytes
 * @param webhookId the platform's id, read from the body; null if there is none
 */
public record SinkRequest(
    long number,
    int attempt,
    Duration sinceStart,
    long connection,
    String method,
    String path,
    Map<String, List<String>> headers,
    byte[] body,
    @Nullable String webhookId) {

  /** First value of a header; empty if there is none. */
  public String header(String name) {
    List<String> values = headers.get(name);
    return values == null || values.isEmpty() ? "" : values.get(0);
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
