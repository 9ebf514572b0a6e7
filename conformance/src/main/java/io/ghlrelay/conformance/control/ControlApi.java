package io.ghlrelay.conformance.control;

import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.report.Assertion;
import io.ghlrelay.conformance.report.DeliveryJson;
import io.ghlrelay.conformance.report.TimelineText;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.Health;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.simulator.SimulatorConfig;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a controlled simulator: virtual time passes when it is told to, running time
 * by itself. Thread-safe.
 */
final class ControlApi implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofMinutes(10);

  private final SimulatorConfig config;
  private volatile Simulator simulator;

  /**
   * An answer.
   *
   * @param status its status
   * @param body JSON
   */
  record Answer(int status, JsonObject body) {}

  ControlApi(SimulatorConfig config) {
    this.config = config;
    this.simulator = started(config);
  }

  private static Simulator started(SimulatorConfig config) {
    Simulator simulator = config.build();
    if (!simulator.virtual()) {
      Thread driver = new Thread(simulator::drive, "control-driver");
      driver.setDaemon(true);
      driver.start();
    }
    return simulator;
  }

  Answer call(String method, String path, JsonObject in) {
    String route = method + " " + path;
    if (path.startsWith("/api/v1/deliveries/")) {
      String[] parts = path.substring("/api/v1/deliveries/".length()).split("/", -1);
      return delivery(method, path, parts, in);
    }
    return switch (route) {
      case "GET /api/v1/simulator" -> new Answer(200, state());
      case "POST /api/v1/reset" -> reset(in);
      case "PUT /api/v1/target" -> {
        in.allow("url");
        simulator.target(URI.create(in.string("url")));
        yield new Answer(200, state());
      }
      case "PUT /api/v1/script" -> {
        in.allow("script");
        simulator.script(FaultScript.parse(in.string("script")));
        yield new Answer(200, state());
      }
      case "POST /api/v1/events" -> new Answer(201, DeliveryJson.of(send(in)));
      case "POST /api/v1/advance" -> advance(in);
      case "POST /api/v1/wait" -> await(in);
      case "POST /api/v1/enable" -> {
        simulator.enable();
        yield new Answer(200, state());
      }
      case "GET /api/v1/deliveries" ->
          new Answer(
              200,
              new JsonObject()
                  .put(
                      "deliveries",
                      simulator.deliveries().stream().map(DeliveryJson::of).toList()));
      default -> throw new Problem(404, "Not found", route + ": see /openapi.json");
    };
  }

  private Answer delivery(String method, String path, String[] parts, JsonObject in) {
    Delivery delivery = delivery(parts[0]);
    String operation = method + (parts.length == 1 ? "" : " " + parts[parts.length - 1]);
    if (parts.length <= 2) {
      switch (operation) {
        case "GET" -> {
          return new Answer(200, DeliveryJson.of(delivery));
        }
        case "POST resend" -> {
          simulator.resend(delivery);
          return new Answer(200, DeliveryJson.of(delivery));
        }
        case "POST assertions" -> {
          return check(delivery, in);
        }
        default -> {}
      }
    }
    throw new Problem(404, "Not found", method + " " + path + ": see /openapi.json");
  }

  private Delivery delivery(String id) {
    return simulator.deliveries().stream()
        .filter(one -> String.valueOf(one.number()).equals(id))
        .findFirst()
        .orElseThrow(() -> new Problem(404, "Not found", "no delivery " + id));
  }

  private Answer reset(JsonObject in) {
    in.allow("target", "profile", "seed", "signature");
    String profile = in.optString("profile");
    String signature = in.optString("signature");
    String target = in.optString("target");
    synchronized (this) {
      if (profile != null) {
        config.profile(Profiles.get(profile));
      }
      if (signature != null) {
        config.signature(SignatureMode.parse(signature));
      }
      if (target != null) {
        config.target(URI.create(target));
      }
      config.seed(in.number("seed", new SecureRandom().nextInt(1, 1_000_000_000)));
      Simulator old = simulator;
      simulator = started(config);
      old.close();
    }
    return new Answer(200, state());
  }

  private JsonObject state() {
    Simulator current = simulator;
    Health health = current.health();
    List<Delivery> deliveries = current.deliveries();
    URI target = current.target();
    return new JsonObject()
        .put("now", current.now().toString())
        .put("elapsedMs", current.elapsed().toMillis())
        .put("time", current.virtual() ? "virtual" : "running")
        .put("target", target == null ? null : target.toString())
        .put("profile", current.profile().name())
        .put("timeline", current.profile().rules().timeline().id())
        .put("assumed", current.profile().assumed())
        .put("seed", current.seed())
        .put("health", health.state().id())
        .put("deliveries", deliveries.size())
        .put("settled", deliveries.stream().filter(Delivery::settled).count())
        .put("publicKey", current.keys().publicPem(Scheme.ED25519));
  }

  private Delivery send(JsonObject in) {
    in.allow(
        "type",
        "locationId",
        "companyId",
        "appId",
        "webhookId",
        "timestamp",
        "wrapped",
        "style",
        "size",
        "signature",
        "laterMs");
    String timestamp = in.optString("timestamp");
    String signature = in.optString("signature");
    PayloadRequest request =
        PayloadRequest.of(in.string("type"))
            .withLocationId(in.optString("locationId"))
            .withCompanyId(in.optString("companyId"))
            .withAppId(in.optString("appId"))
            .withWebhookId(in.optString("webhookId"))
            .withTimestamp(timestamp == null ? null : instant(timestamp))
            .withWrapped(in.bool("wrapped", false))
            .withStyle(BodyStyle.parse(in.string("style", "plain")))
            .withSize((int) Math.min(in.number("size", 0), Integer.MAX_VALUE));
    if (simulator.target() == null) {
      throw new Problem(409, "No target", "PUT /api/v1/target first");
    }
    Duration later = Duration.ofMillis(in.number("laterMs", 0));
    return signature == null
        ? simulator.send(request, simulator.signature(), later)
        : simulator.send(request, SignatureMode.parse(signature), later);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (java.time.format.DateTimeParseException e) {
      throw new IllegalArgumentException(
          "timestamp: " + text + " (expected: 2026-01-31T10:00:00Z)", e);
    }
  }

  private Answer advance(JsonObject in) {
    in.allow("byMs", "toNextDue", "untilSettled");
    if (in.names().size() != 1) {
      throw new Problem(
          400, "Bad request", "expected: one of byMs, toNextDue: true, untilSettled: true");
    }
    Simulator current = simulator;
    if (in.has("byMs")) {
      current.advance(Duration.ofMillis(in.number("byMs")));
    } else if (in.bool("toNextDue", false)) {
      current.advanceToNextDue();
    } else if (in.bool("untilSettled", false)) {
      current.runUntilSettled();
    } else {
      throw new Problem(400, "Bad request", "expected: true");
    }
    return new Answer(200, state());
  }

  /** Blocks until deliveries stand where asked; who lets virtual time pass is somebody else. */
  private Answer await(JsonObject in) {
    in.allow("id", "state", "timeoutMs");
    String id = in.optString("id");
    String wanted = in.string("state", "settled");
    List<Delivery> watched = id == null ? simulator.deliveries() : List.of(delivery(id));
    if (!List.of("settled", "delivered", "dead").contains(wanted)) {
      throw new Problem(
          400, "Bad request", "state: " + wanted + " (expected: settled, delivered or dead)");
    }
    Duration timeout = Duration.ofMillis(in.number("timeoutMs", 30_000));
    if (timeout.isNegative() || timeout.compareTo(MAX_WAIT) > 0) {
      throw new Problem(
          400, "Bad request", "timeoutMs: (expected: 0 to " + MAX_WAIT.toMillis() + ")");
    }
    BooleanSupplier there =
        () ->
            watched.stream()
                .allMatch(
                    one ->
                        wanted.equals("settled") ? one.settled() : one.state().id().equals(wanted));
    if (!simulator.await(there, timeout)) {
      throw new Problem(408, "Not yet", "not " + wanted + " within " + timeout.toMillis() + " ms");
    }
    return new Answer(
        200, new JsonObject().put("deliveries", watched.stream().map(DeliveryJson::of).toList()));
  }

  private static Answer check(Delivery delivery, JsonObject in) {
    in.allow("assert");
    List<Assertion> assertions =
        in.list("assert").stream().map(text -> Assertion.parse(String.valueOf(text))).toList();
    if (assertions.isEmpty()) {
      throw new Problem(400, "Bad request", "assert: missing (expected: a list of assertions)");
    }
    @Nullable String broken = Assertion.firstBroken(assertions, delivery).orElse(null);
    if (broken != null) {
      throw new Problem(422, "Assertion failed", broken, TimelineText.of(delivery));
    }
    return new Answer(200, new JsonObject().put("passed", true));
  }

  @Override
  public void close() {
    simulator.close();
  }
}
