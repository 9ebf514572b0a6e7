package io.ghlrelay.delivery;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.config.Secret;
import io.ghlrelay.retry.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a token endpoint answered: RFC 6749, sections 5.1 and 5.2. Immutable.
 *
 * @param result in one word
 * @param token null if there is none to be used
 * @param life of the token, from the request; null if the answer does not say
 * @param problem what is wrong, with nothing in it that the endpoint made up; empty if nothing is
 */
record TokenAnswer(Result result, @Nullable Secret token, @Nullable Duration life, String problem) {

  /** How a fetch went. */
  enum Result {
    /** There is a token. */
    OK("ok"),
    /** The endpoint said no: any status but 2xx, redirects included. */
    REFUSED("refused"),
    /** 2xx, but not with a token that can be used. */
    INVALID("invalid"),
    /** No answer. */
    UNREACHABLE("unreachable");

    private final String id;

    Result(String id) {
      this.id = id;
    }

    /** The label of the metric. */
    String id() {
      return id;
    }
  }

  /** RFC 6750, section 2.1 allows less; this much can stand in a header. */
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,16384}");

  /** Longer than any token should live; a longer one is fetched anew all the same. */
  private static final long MAX_LIFE_SECONDS = 86_400;

  /** RFC 6749, section 5.2. Other words are not repeated in a log. */
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "invalid_client",
          "invalid_grant",
          "unauthorized_client",
          "unsupported_grant_type",
          "invalid_scope");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static TokenAnswer of(TargetAnswer answer) {
    if (answer.outcome() instanceof Outcome.Failed failed) {
      return failed(Result.UNREACHABLE, failed.error().id());
    }
    JsonNode json = json(answer.responseStart());
    if (!answer.outcome().isSuccess()) {
      String error = json.path("error").asText();
      return failed(
          Result.REFUSED,
          "status "
              + answer.outcome().effectiveStatus()
              + (ERRORS.contains(error) ? ", " + error : ""));
    }
    String token = json.path("access_token").asText();
    String type = json.path("token_type").asText("bearer");
    if (!json.path("access_token").isTextual() || !TOKEN.matcher(token).matches()) {
      return failed(Result.INVALID, "its answer holds no access_token");
    }
    if (!type.equalsIgnoreCase("bearer")) {
      return failed(Result.INVALID, "its token_type is not Bearer");
    }
    JsonNode expires = json.path("expires_in");
    if (expires.isMissingNode() || expires.isNull()) {
      return new TokenAnswer(Result.OK, new Secret(token), null, "");
    }
    // Some servers write the number as a text.
    long seconds = Math.min(expires.asLong(0), MAX_LIFE_SECONDS);
    return seconds < 1
        ? failed(Result.INVALID, "its token has no time to live")
        : new TokenAnswer(Result.OK, new Secret(token), Duration.ofSeconds(seconds), "");
  }

  private static TokenAnswer failed(Result result, String problem) {
    return new TokenAnswer(result, null, null, problem);
  }

  /** A missing node if it is no JSON: what exactly is wrong would quote the token. */
  private static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      return JSON.missingNode();
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
  }
}
