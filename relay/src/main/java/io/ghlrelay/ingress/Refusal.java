package io.ghlrelay.ingress;

import org.jspecify.annotations.Nullable;

/**
 * Every reason to refuse a request, with its answer: status, problem title, one extra header. The
 * texts tell an honest sender what to mend and a forger nothing.
 */
enum Refusal {
  MALFORMED(400, "The request is not well-formed HTTP.", null, null),
  UNVERIFIED(401, "The signature is missing or does not fit.", null, null),
  FOREIGN_APP(403, "Events of this app are not accepted here.", null, null),
  NOT_FOUND(404, "Webhooks are not taken at this path.", null, null),
  METHOD(405, "Webhooks are sent by POST.", "Allow", "POST"),
  TOO_SLOW(408, "The request did not come in time.", null, null),
  TOO_LARGE(413, "The body is larger than allowed.", null, null),
  URI_TOO_LONG(414, "The request line is too long.", null, null),
  CODING(415, "Bodies are taken without content coding.", "Accept-Encoding", "identity"),
  EXPECTATION(417, "This expectation cannot be met.", null, null),
  HEADERS_TOO_LARGE(431, "The headers are larger than allowed.", null, null),
  /** 429 is the only status that every published rule set of the platform retries. */
  UNAVAILABLE(429, "The event cannot be stored now; send it again.", "Retry-After", "5"),
  /** Its sender has had too many bad signatures for this one to be checked. */
  UNCHECKED(429, "Too many requests; send it again later.", "Retry-After", "5");

  private final int status;
  private final String title;
  private final @Nullable String header;
  private final @Nullable String headerValue;

  Refusal(int status, String title, @Nullable String header, @Nullable String headerValue) {
    this.status = status;
    this.title = title;
    this.header = header;
    this.headerValue = headerValue;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** Name of a header that belongs to the answer, or null. */
  @Nullable String header() {
    return header;
  }

  /** Its value; not null exactly when {@link #header} is. */
  @Nullable String headerValue() {
    return headerValue;
  }
}
