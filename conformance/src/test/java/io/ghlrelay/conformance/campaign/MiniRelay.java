package io.ghlrelay.conformance.campaign;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.schedule.RetryRules.Timeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Just enough of a relay for a campaign, in memory and without verification, with one bug of choice
 * ({@code -Dbug=}): the test of the test. Guarded by its own lock.
 */
final class MiniRelay {
  private static final Duration JITTER = Duration.ofMillis(50);
  private static final int ONE_IN = 25;
  private static final int THREADS = 8;

  /** What is wrong with it. */
  enum Bug {
    NONE,
    /** Acknowledges some events and forgets them. */
    FORGETS,
    /** Calls some deliveries delivered that it never made. */
    SKIPS,
    /** Takes what is sent again as new. */
    TAKES_TWICE,
    /** Tries again at once, and records the right time. */
    EARLY,
    /** Waits longer than the rules say, and records it. */
    LATE
  }

  private final Bug bug = Bug.valueOf(System.getProperty("bug", "NONE"));
  private final Map<String, String> urls = new LinkedHashMap<>();
  private final Map<String, List<String>> routes = new LinkedHashMap<>();
  private final Map<String, Event> byWebhookId = new LinkedHashMap<>();
  private final Map<String, Event> byId = new LinkedHashMap<>();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newFixedThreadPool(THREADS))
          .build();

  private record Event(String id, String webhookId, byte[] body, Map<String, Delivery> deliveries) {
    Delivery delivery(String target) {
      return Objects.requireNonNull(deliveries.get(target));
    }
  }

  private static final class Delivery {
    private String state = "pending";
    private @Nullable String deadReason;
    private Instant due = now();
    private Instant firstEnd = due;
    private final List<JsonObject> attempts = new ArrayList<>();
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  public static void main(String[] words) throws IOException {
    // It has nothing to finish; a JVM that ends by SIGTERM would say 143.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
    new MiniRelay().serve(Files.readString(Path.of(words[words.length - 1])));
  }

  private void serve(String yaml) throws IOException {
    find("(\\w+): \\{url: \"(\\S+)\"", yaml, m -> urls.put(m.group(1), m.group(2)));
    find(
        "locations: \\[(\\S+)], to: \\[(.*)]",
        yaml,
        m -> routes.put(m.group(1), List.of(m.group(2).split(", "))));
    find("ingress: \\{listen: \"127.0.0.1:(\\d+)", yaml, m -> listen(m, this::take));
    find("admin: \\{listen: \"127.0.0.1:(\\d+)", yaml, m -> listen(m, this::show));
  }

  private static void find(String pattern, String in, java.util.function.Consumer<Matcher> each) {
    Matcher matcher = Pattern.compile(pattern).matcher(in);
    while (matcher.find()) {
      each.accept(matcher);
    }
  }

  private interface Handler {
    JsonObject handle(HttpExchange exchange) throws IOException;
  }

  private static void listen(Matcher port, Handler handler) {
    try {
      HttpServer server =
          HttpServer.create(
              new InetSocketAddress(
                  InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1))),
              100);
      server.setExecutor(Executors.newFixedThreadPool(THREADS));
      server.createContext(
          "/",
          exchange -> {
            byte[] answer = handler.handle(exchange).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
          });
      server.start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonObject take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    JsonObject json = JsonObject.parse(new String(body, StandardCharsets.UTF_8));
    String webhookId = json.string("webhookId");
    synchronized (this) {
      Event known = byWebhookId.get(webhookId);
      if (known != null && bug != Bug.TAKES_TWICE) {
        return answer(known).put("duplicate", true);
      }
      Event event = new Event(UUID.randomUUID().toString(), webhookId, body, new LinkedHashMap<>());
      byWebhookId.put(webhookId, event);
      boolean chosen = byWebhookId.size() % ONE_IN == 0;
      if (bug == Bug.FORGETS && chosen) {
        return answer(event);
      }
      byId.put(event.id(), event);
      for (String target : routes.getOrDefault(json.string("locationId"), List.of())) {
        Delivery delivery = new Delivery();
        event.deliveries().put(target, delivery);
        if (bug == Bug.SKIPS && chosen) {
          attempted(event, target, now(), 200);
        } else {
          threads.execute(() -> send(event, target));
        }
      }
      return answer(event);
    }
  }

  private static JsonObject answer(Event event) {
    return new JsonObject().put("success", true).put("id", event.id());
  }

  private void send(Event event, String target) {
    int number;
    synchronized (this) {
      number = event.delivery(target).attempts.size() + 1;
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(urls.get(target)))
            .timeout(CampaignTarget.TIMEOUT)
            .header("Webhook-Id", event.webhookId())
            .header("Relay-Event-Id", event.id())
            .header("Relay-Attempt", String.valueOf(number))
            .POST(HttpRequest.BodyPublishers.ofByteArray(event.body()))
            .build();
    Instant started = now();
    http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .handle((response, failure) -> failure != null ? 0 : response.statusCode())
        .thenAccept(status -> attempted(event, target, started, status));
  }

  private synchronized void attempted(Event event, String target, Instant started, int status) {
    Delivery delivery = event.delivery(target);
    CampaignTarget rules =
        CampaignTarget.ALL.stream().filter(one -> one.name().equals(target)).findFirst().get();
    Instant recorded = started.isBefore(delivery.due) ? delivery.due : started;
    Instant ended = now().isBefore(recorded) ? recorded : now();
    delivery.attempts.add(
        new JsonObject()
            .put("number", delivery.attempts.size() + 1)
            .put("dueAt", delivery.due.toString())
            .put("startedAt", recorded.toString())
            .put("latencyMs", Duration.between(recorded, ended).toNanos() / 1e6)
            .put("status", status == 0 ? null : status));
    int attempts = delivery.attempts.size();
    boolean again = status == 0 || rules.rules().statuses().contains(status);
    if (status / 100 == 2) {
      delivery.state = "delivered";
    } else if (!again || attempts > rules.rules().maxRetries()) {
      delivery.state = "dead";
      delivery.deadReason = again ? "exhausted" : "rejected";
    } else {
      delivery.firstEnd = attempts == 1 ? ended : delivery.firstEnd;
      boolean offsets = rules.rules().timeline() == Timeline.OFFSETS;
      Duration wait = Duration.ofNanos(rules.backoff(attempts));
      delivery.due = offsets ? delivery.firstEnd.plus(JITTER).plus(wait) : ended.plus(wait);
      delivery.due = bug == Bug.LATE ? delivery.due.plusMillis(300) : delivery.due;
      long nanos = Duration.between(now(), delivery.due).toNanos();
      threads.schedule(
          () -> send(event, target), bug == Bug.EARLY ? 0 : nanos, TimeUnit.NANOSECONDS);
    }
  }

  private synchronized JsonObject show(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    if (path.equals("/api/v1/targets")) {
      long pending =
          byId.values().stream()
              .flatMap(event -> event.deliveries().values().stream())
              .filter(delivery -> delivery.state.equals("pending"))
              .count();
      return new JsonObject()
          .put("targets", List.of(new JsonObject().put("name", "all").put("pending", pending)));
    }
    if (path.equals("/api/v1/events")) {
      return new JsonObject()
          .put(
              "events",
              byId.values().stream()
                  .filter(e -> !query.contains("webhookId=") || query.contains(e.webhookId()))
                  .map(MiniRelay::json)
                  .toList())
          .put("next", null);
    }
    Event event = byId.get(path.substring(path.lastIndexOf('/') + 1));
    return event == null ? new JsonObject() : json(event);
  }

  private static JsonObject json(Event event) {
    List<JsonObject> deliveries = new ArrayList<>();
    event
        .deliveries()
        .forEach(
            (target, delivery) ->
                deliveries.add(
                    new JsonObject()
                        .put("target", target)
                        .put("state", delivery.state)
                        .put("deadReason", delivery.deadReason)
                        .put("attempts", delivery.attempts.size())
                        .put("attemptList", List.copyOf(delivery.attempts))));
    return new JsonObject()
        .put("id", event.id())
        .put("webhookId", event.webhookId())
        .put("deliveries", deliveries);
  }
}
