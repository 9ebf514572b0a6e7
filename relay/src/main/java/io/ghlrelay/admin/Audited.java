package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.admin.AuditLog.Entry;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One request that changes something, until it is known how it ended. Immutable. */
final class Audited {
  /** By which the caller may name a request, and finds it in the answer. */
  static final String HEADER = "X-Request-Id";

  private static final Pattern GIVEN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int ACCEPTED = 400;
  private static final int BEGUN = 202;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AuditLog log;
  private final Router.Operation operation;
  private final String action;
  private final Map<String, String> variables;
  private final String requestId;
  private final String who;
  private final String from;
  private final byte[] body;

  /**
   * Begins one.
   *
   * @param who by what right it comes, see {@link AdminAccess#who}
   * @param body as sent; noted only if it was accepted, since only then nothing foreign is in it
   */
  Audited(
      AuditLog log,
      Router.Match match,
      HttpHeaders headers,
      String who,
      SocketAddress from,
      byte[] body) {
    this.log = log;
    this.operation = match.operation();
    this.action = Objects.requireNonNull(operation.action(), "it changes nothing");
    this.variables = match.variables();
    String given = headers.get(HEADER, "");
    this.requestId = GIVEN.matcher(given).matches() ? given : UUID.randomUUID().toString();
    this.who = who;
    this.from = text(from);
    this.body = body;
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : address.toString();
  }

  /** It has ended so; gives the answer with the request's id. */
  ApiResponse ended(ApiResponse response) {
    boolean accepted = response.status() < ACCEPTED;
    log.record(
        new Entry(
            requestId,
            accepted && action.equals(SessionApi.LOGIN) ? SessionApi.loggedIn(response, who) : who,
            from,
            action,
            object(response),
            accepted ? parameters() : null,
            response.status()));
    return response.with(HEADER, requestId);
  }

  /** What the path names; else the job that was begun. */
  private @Nullable String object(ApiResponse response) {
    return variables.values().stream()
        .findFirst()
        .orElseGet(() -> response.status() == BEGUN ? text(json(response.body()), "id") : null);
  }

  private static @Nullable String text(@Nullable ObjectNode json, String member) {
    return json == null ? null : json.path(member).asText(null);
  }

  private @Nullable JsonNode parameters() {
    ObjectNode json = json(body);
    return json == null ? null : json.retain(operation.noted());
  }

  /** Null if it is no object: some operations do not look at their body. */
  private static @Nullable ObjectNode json(byte[] bytes) {
    try {
      return JSON.readTree(bytes) instanceof ObjectNode object ? object : null;
    } catch (IOException notJson) {
      return null;
    }
  }
}
