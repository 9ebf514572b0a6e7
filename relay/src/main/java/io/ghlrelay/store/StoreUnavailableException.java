package io.ghlrelay.store;

import org.jspecify.annotations.Nullable;

/** The store cannot make an admission durable now; nothing of it was kept. Try again later. */
public final class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With words for the operator, and the cause if there is one. */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
