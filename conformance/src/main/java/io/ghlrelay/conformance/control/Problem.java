package io.ghlrelay.conformance.control;

import io.ghlrelay.conformance.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** An answer that says no, as problem details (RFC 9457). */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final String title;
  private final @Nullable String timeline;

  Problem(int status, String title, String detail) {
    this(status, title, detail, null);
  }

  Problem(int status, String title, String detail, @Nullable String timeline) {
    super(detail);
    this.status = status;
    this.title = title;
    this.timeline = timeline;
  }

  int status() {
    return status;
  }

  JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", title)
            .put("status", status)
            .put("detail", getMessage());
    return timeline == null ? json : json.put("timeline", timeline);
  }
}
