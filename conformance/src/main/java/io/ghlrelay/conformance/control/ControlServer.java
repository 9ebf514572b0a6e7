package io.ghlrelay.conformance.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ghlrelay.conformance.json.Json;
import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.simulator.SimulatorConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves {@link ControlApi} as HTTP. POST and PUT must say {@code Content-Type: application/json},
 * so that no page in a browser can use it unasked. Thread-safe.
 */
public final class ControlServer implements AutoCloseable {
  private static final int MAX_BODY = 1 << 20;
  private static final int THREADS = 32;

  private final String host;
  private final HttpServer server;
  private final ExecutorService threads;
  private final ControlApi api;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A server that listens.
   *
   * @param host where
   * @param port where; 0 = a free one
   * @param config the simulator's set-up, which the API can change in parts
   * @throws IOException if it cannot listen
   */
  public ControlServer(String host, int port, SimulatorConfig config) throws IOException {
    this.host = host;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            work -> {
              Thread thread = new Thread(work, "control-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    api = new ControlApi(config);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 64);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Where it listens, without a slash at its end. */
  public String url() {
    return "http://" + host + ":" + server.getAddress().getPort();
  }

  /** Waits until it is closed. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  @Override
  public void close() {
    api.close();
    server.stop(0);
    threads.shutdownNow();
    closed.countDown();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      ControlApi.Answer answer;
      String type = "application/json";
      try {
        answer = answer(exchange);
      } catch (Problem e) {
        answer = new ControlApi.Answer(e.status(), e.json());
        type = "application/problem+json";
      } catch (JsonException | IllegalArgumentException e) {
        Problem problem = new Problem(400, "Bad request", String.valueOf(e.getMessage()));
        answer = new ControlApi.Answer(400, problem.json());
        type = "application/problem+json";
      } catch (RuntimeException e) {
        Problem problem = new Problem(500, "Failed", e + ": " + e.getCause());
        answer = new ControlApi.Answer(500, problem.json());
        type = "application/problem+json";
      }
      byte[] body = (Json.pretty(answer.body()) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private ControlApi.Answer answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    if (method.equals("GET") && path.equals("/openapi.json")) {
      return new ControlApi.Answer(200, JsonObject.parse(openApi()));
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw new Problem(413, "Too large", "the body has more than " + MAX_BODY + " bytes");
    }
    if (!method.equals("GET")) {
      String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
      if (!type.startsWith("application/json")) {
        throw new Problem(
            415,
            "Unsupported media type",
            "Content-Type: " + type + " (expected: application/json)");
      }
    }
    JsonObject json =
        body.length == 0
            ? new JsonObject()
            : JsonObject.parse(new String(body, StandardCharsets.UTF_8));
    return api.call(method, path, json);
  }

  private static String openApi() throws IOException {
    try (InputStream in = ControlServer.class.getResourceAsStream("/control/openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("missing from the jar: control/openapi.json");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
