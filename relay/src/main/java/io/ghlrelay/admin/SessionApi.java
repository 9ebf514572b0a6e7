package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the console in and out. Thread-safe. */
final class SessionApi {
  private static final Logger log = LoggerFactory.getLogger(SessionApi.class);
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
      log.warn("A login to the console was refused: wrong token.");
      throw new ApiException(401, "This is not the token.");
    }
    log.info("A login to the console.");
    return answer(true).with("Set-Cookie", cookie(access.sessions().open(), lifetime()));
  }

  ApiResponse close(ApiRequest request) {
    request.onlyParameters(Set.of());
    access.sessions().close(AdminAccess.session(request.headers()));
    return answer(!access.required()).with("Set-Cookie", cookie("", 0));
  }

  private static long lifetime() {
    return Sessions.LIFETIME.toSeconds();
  }

  private static String cookie(String value, long seconds) {
    return AdminAccess.COOKIE + "=" + value + ATTRIBUTES + seconds;
  }
}
