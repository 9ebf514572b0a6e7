package io.ghlrelay.conformance.json;

/** A text is not JSON, or not the JSON that was asked for; the message says where and why. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message for the user. */
  public JsonException(String message) {
    super(message);
  }
}
