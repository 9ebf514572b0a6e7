package io.ghlrelay.conformance.simulator;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One event as it is put on the wire, the same at every attempt. Do not change the bytes.
 *
 * @param webhookId the platform's id
 * @param type the event's type; null = the body names none
 * @param headers what is sent with it, signatures included, by name
 * @param body the exact bytes
 */
public record SimEvent(
    String webhookId, @Nullable String type, Map<String, String> headers, byte[] body) {
  /** Copies the headers. */
  public SimEvent {
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(headers);
    headers = java.util.Collections.unmodifiableMap(sorted);
  }

  /** For people: type and id. */
  @Override
  public String toString() {
    return (type == null ? "event" : type) + " " + webhookId;
  }
}
