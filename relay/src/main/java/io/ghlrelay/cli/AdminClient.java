package io.ghlrelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The admin API over the JDK's HTTP client. */
final class AdminClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String EVENT = "event: ";
  private static final String DATA = "data: ";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI base;
  private final @Nullable String token;

  AdminClient(URI base, @Nullable String token) {
    this.base = base;
    this.token = token;
  }

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param json its body
   */
  record Answer(int status, JsonNode json) {}

  /** The API said no, or could not be asked; the message is for the user. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    Failure(int exitCode, String message) {
      super(message);
      this.exitCode = exitCode;
    }

    int exitCode() {
      return exitCode;
    }
  }

  /** GET; parameters that are null are left out. */
  Answer get(String path, Map<String, @Nullable String> parameters) throws Failure {
    return send(HttpRequest.newBuilder(base.resolve(path + query(parameters))).GET());
  }

  private static String query(Map<String, @Nullable String> parameters) {
    StringBuilder query = new StringBuilder();
    parameters.forEach(
        (name, value) -> {
          if (value != null) {
            query
                .append(query.length() == 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
          }
        });
    return query.toString();
  }

  /** POST of a JSON object. */
  Answer post(String path, ObjectNode body) throws Failure {
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  /** One message of a stream. */
  record Message(String name, JsonNode data) {}

  /**
   * Follows a stream of server-sent events until it ends or the listener has enough.
   *
   * @param listener takes each message; false = enough
   */
  void follow(String path, Map<String, @Nullable String> parameters, Predicate<Message> listener)
      throws Failure {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path + query(parameters)));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        if (response.statusCode() != 200) {
          ok(new Answer(response.statusCode(), JSON.readTree(lines)));
        }
        String name = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith(EVENT)) {
            name = line.substring(EVENT.length());
          } else if (line.startsWith(DATA)
              && !listener.test(new Message(name, JSON.readTree(line.substring(DATA.length()))))) {
            return;
          }
        }
      }
    } catch (ConnectException e) {
      throw noRelay();
    } catch (IOException e) {
      throw new Failure(ExitCodes.UNAVAILABLE, "the stream of " + base + " broke: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCodes.UNAVAILABLE, "interrupted");
    }
  }

  private Failure noRelay() {
    return new Failure(
        ExitCodes.UNAVAILABLE,
        "no relay answers at " + base + "; is it running? (--admin URL, or -c FILE)");
  }

  private Answer send(HttpRequest.Builder request) throws Failure {
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> response =
          http.send(
              request.timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (JsonProcessingException e) {
      throw new Failure(ExitCodes.UNAVAILABLE, base + " is not a relay's admin API");
    } catch (ConnectException e) {
      throw noRelay();
    } catch (IOException e) {
      throw new Failure(ExitCodes.UNAVAILABLE, base + " does not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCodes.UNAVAILABLE, "interrupted");
    }
  }

  /** The JSON of a 2xx answer; anything else is a failure with the problem's own words. */
  static JsonNode ok(Answer answer) throws Failure {
    if (answer.status() / 100 == 2) {
      return answer.json();
    }
    StringBuilder message =
        new StringBuilder(answer.json().path("detail").asText("status " + answer.status()));
    answer
        .json()
        .path("errors")
        .forEach(error -> message.append('\n').append(error.path("detail").asText()));
    int code =
        switch (answer.status()) {
          case 400, 404, 422 -> ExitCodes.BAD_INPUT;
          case 401, 403 -> ExitCodes.NOT_ALLOWED;
          default -> ExitCodes.UNAVAILABLE;
        };
    throw new Failure(code, message.toString());
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }
}
