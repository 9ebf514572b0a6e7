package io.ghlrelay.conformance.cli;

import org.jspecify.annotations.Nullable;

/** The command line cannot be understood; the message says what was wrong and what to write. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(@Nullable String message) {
    super(message);
  }
}
