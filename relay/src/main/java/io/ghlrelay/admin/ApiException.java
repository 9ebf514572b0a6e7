package io.ghlrelay.admin;

import java.util.Map;

/** A request that cannot be served, with the status and words for its problem document. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Map<String, String> headers;

  ApiException(int status, String detail) {
    this(status, detail, status == 401 ? Map.of("WWW-Authenticate", "Bearer") : Map.of());
  }

  private ApiException(int status, String detail, Map<String, String> headers) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }

  static ApiException methodNotAllowed(String allow) {
    return new ApiException(405, "This path takes " + allow + ".", Map.of("Allow", allow));
  }

  /** 429, with when to try again. */
  static ApiException tooMany(String detail, int seconds) {
    return new ApiException(429, detail, Map.of("Retry-After", Integer.toString(seconds)));
  }

  int status() {
    return status;
  }

  /** Headers of the answer, beside those of every answer. */
  Map<String, String> headers() {
    return headers;
  }
}
