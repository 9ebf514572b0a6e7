package io.ghlrelay.platform;

/** Reads the {@link Envelope} of a body with a streaming parser, without a tree. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class EnvelopeReader {

  /** Reads it; a body that is not one whole JSON object gives {@link Envelope#EMPTY}. */
  public Envelope read(byte[] body) {
    throw new IllegalStateException("not yet written");
  }
}
