package io.ghlrelay.ingress;

import io.ghlrelay.store.EventId;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** The answers of the ingress; none holds a character from outside, so nothing needs escaping. */
final class Answers {
  private Answers() {}

  /** 200 for an event now durable, or for one that came before. */
  static FullHttpResponse accepted(EventId id, boolean duplicate) {
    String json =
        "{\"success\":true,\"id\":\"" + id + (duplicate ? "\",\"duplicate\":true}" : "\"}");
    return response(HttpResponseStatus.OK, "application/json", json);
  }

  /** The status of a direct route's target, which took the event or did not. */
  static FullHttpResponse forwarded(EventId id, Forwarder.Answer answer) {
    if (!answer.isSuccess()) {
      FullHttpResponse response = problem(answer.status(), answer.title());
      if (answer.retryAfter() != null) {
        long seconds = answer.retryAfter().plusMillis(999).toSeconds();
        response.headers().set(HttpHeaderNames.RETRY_AFTER, Long.toString(seconds));
      }
      return response;
    }
    HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
    if (status.equals(HttpResponseStatus.NO_CONTENT)
        || status.equals(HttpResponseStatus.RESET_CONTENT)) {
      return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    }
    return response(status, "application/json", "{\"success\":true,\"id\":\"" + id + "\"}");
  }

  /** A problem document (RFC 9457). */
  static FullHttpResponse refused(Refusal refusal) {
    FullHttpResponse response = problem(refusal.status(), refusal.title());
    if (refusal.header() != null && refusal.headerValue() != null) {
      response.headers().set(refusal.header(), refusal.headerValue());
    }
    return response;
  }

  private static FullHttpResponse problem(int status, String title) {
    String json =
        "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + "}";
    return response(HttpResponseStatus.valueOf(status), "application/problem+json", json);
  }

  /** Says that the connection ends with this answer. */
  static FullHttpResponse closing(FullHttpResponse response) {
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  private static FullHttpResponse response(HttpResponseStatus status, String type, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return response;
  }
}
