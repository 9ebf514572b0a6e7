package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a campaign asks of the relay's admin API. Thread-safe. */
final class Admin {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int PAGE = 1_000;

  private final String base;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  Admin(int port) {
    this.base = "http://127.0.0.1:" + port;
  }

  /** Whether it takes events. */
  boolean ready() throws InterruptedException {
    try {
      return send(HttpRequest.newBuilder(URI.create(base + "/readyz")).timeout(TIMEOUT))
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Deliveries that are pending, over all targets. */
  long pending() throws IOException, InterruptedException {
    return get("/api/v1/targets").objects("targets").stream()
        .mapToLong(target -> target.number("pending"))
        .sum();
  }

  void pause(String target) throws IOException, InterruptedException {
    post("/api/v1/targets/" + target + "/pause");
  }

  void resume(String target) throws IOException, InterruptedException {
    post("/api/v1/targets/" + target + "/resume");
  }

  /** The events stored under an id of the platform's, with their deliveries. */
  List<JsonObject> events(String webhookId) throws IOException, InterruptedException {
    return get("/api/v1/events?limit=10&webhookId=" + webhookId).objects("events");
  }

  /** One event with all attempts. */
  JsonObject event(String id) throws IOException, InterruptedException {
    return get("/api/v1/events/" + id);
  }

  /**
   * A page of all events, newest first; {@code next} in it is the cursor of the page after.
   *
   * @param cursor null = the first page
   */
  JsonObject page(@Nullable String cursor) throws IOException, InterruptedException {
    return get("/api/v1/events?limit=" + PAGE + (cursor == null ? "" : "&cursor=" + cursor));
  }

  private JsonObject get(String path) throws IOException, InterruptedException {
    return object(HttpRequest.newBuilder(URI.create(base + path)));
  }

  private void post(String path) throws IOException, InterruptedException {
    object(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private JsonObject object(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(request.timeout(TIMEOUT));
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.uri() + ": " + answer.statusCode() + " " + answer.body());
    }
    try {
      return answer.body().isBlank() ? new JsonObject() : JsonObject.parse(answer.body());
    } catch (JsonException e) {
      throw new IOException(answer.uri() + ": not JSON: " + e.getMessage(), e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
