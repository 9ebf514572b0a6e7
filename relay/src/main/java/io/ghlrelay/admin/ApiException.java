package io.ghlrelay.admin;

import org.jspecify.annotations.Nullable;

/** A request that cannot be served, with the status and words for its problem document. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String allow;

  ApiException(int status, String detail) {
    this(status, detail, null);
  }

  private ApiException(int status, String detail, @Nullable String allow) {
    super(detail);
    this.status = status;
    this.allow = allow;
  }

  static ApiException methodNotAllowed(String allow) {
    return new ApiException(405, "This path takes " + allow + ".", allow);
  }

  int status() {
    return status;
  }

  /** Methods for the {@code Allow} header of a 405; else null. */
  @Nullable String allow() {
    return allow;
  }
}
