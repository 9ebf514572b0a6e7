package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** Logs the console in and out. Thread-safe. */
final class SessionApi {
  /** What opening a session is called. */
  static final String LOGIN = "login";

  private static final String ATTRIBUTES = "; HttpOnly; SameSite=Strict; Path=/; Max-Age=";

  private final AdminAccess access;

  SessionApi(AdminAccess access) {
    this.access = access;
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of());
    return answer(access.isAuthenticated(request.headers()));
  }

  private ApiResponse answer(boolean authenticated) {
    return ApiResponse.json(
        200,
        EventJson.object().put("required", access.required()).put("authenticated", authenticated));
  }

  ApiResponse open(ApiRequest request) {
    request.onlyParameters(Set.of());
    JsonNode token = request.object(Set.of("token")).path("token");
    if (!token.isTextual()) {
      throw new ApiException(400, "'token' must be a text.");
    }
    if (!access.sessions().mayTry()) {
      throw ApiException.tooMany("Too many wrong tokens; try again in a minute.", 60);
    }
    if (!access.required()) {
      return answer(true);
    }
    if (!access.isToken(token.textValue())) {
      access.sessions().wrong();
      throw new ApiException(401, "This is not the token.");
    }
    return answer(true).with("Set-Cookie", cookie(access.sessions().open(), lifetime()));
  }

  ApiResponse close(ApiRequest request) {
    request.onlyParameters(Set.of());
    access.sessions().close(AdminAccess.session(request.headers()));
    return answer(!access.required()).with("Set-Cookie", cookie("", 0));
  }

  /** Who a login has made of its caller; the same where there was nothing to log in to. */
  static String loggedIn(ApiResponse response, String who) {
    String set = response.headers().getOrDefault("Set-Cookie", "");
    String start = AdminAccess.COOKIE + "=";
    return set.startsWith(start)
        ? "console " + Sessions.name(set.substring(start.length(), set.indexOf(';')))
        : who;
  }

  private static long lifetime() {
    return Sessions.LIFETIME.toSeconds();
  }

  private static String cookie(String value, long seconds) {
    return AdminAccess.COOKIE + "=" + value + ATTRIBUTES + seconds;
  }
}
