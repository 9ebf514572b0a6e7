package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.control.ControlServer;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.fault.Units;
import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.EventCatalogue;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.report.Assertion;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.simulator.SimEvent;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.simulator.SimulatorConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code simulate}: the platform, sending to an endpoint. */
final class SimulateCommand implements Command {
  private static final int MAX_COUNT = 100_000;

  @Override
  public String name() {
    return "simulate";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "simulate --to http://127.0.0.1:3000/hook --event ContactCreate",
        "simulate --to http://127.0.0.1:3000/hook --speed virtual --script 'from 0s to 20s: status"
            + " 503' --assert delivered",
        "simulate --to http://127.0.0.1:8080/webhooks --event all --count 1000 --rate 50 --style"
            + " mixed",
        "simulate --to http://127.0.0.1:3000/hook --body event.json --signature both",
        "simulate --listen 127.0.0.1:8099 --speed virtual");
  }

  @Override
  public String description() {
    return "Send signed events as the platform does, and try again as it does.";
  }

  @Override
  public List<Option> options() {
    List<Option> options = new ArrayList<>();
    options.addAll(
        List.of(
            new Option("--to", "URL", "The endpoint."),
            new Option(
                "--listen", "HOST:PORT", "Be controlled over HTTP instead; see /openapi.json."),
            new Option(
                "--event", "TYPES", "Types of event, by comma, or all (default: ContactCreate)."),
            new Option("--body", "FILE", "Send this body, byte for byte, in place of made ones."),
            new Option("--location", "ID", "Location of the events (default: drawn)."),
            new Option(
                "--company", "ID", "Company of the events (default: drawn where they have one)."),
            new Option("--app", "ID", "App of the events (default: drawn)."),
            new Option("--count", "N", "How many (default: one of each type)."),
            new Option("--rate", "N", "Events a second (default: all at once)."),
            new Option("--style", "STYLE", "How bodies are written: plain (default), hard, mixed."),
            Option.flag("--wrapped", "Put the entity into `data`, as in the guide's examples."),
            new Option("--size", "SIZE", "Length of each body, 300B to 16MiB (default: natural)."),
            new Option("--signature", "MODE", "ed25519 (default), rsa, both, n/a, none, forged."),
            new Option("--speed", "X", "1x (default), 600x, or virtual: as fast as answers come."),
            new Option(
                "--script", "SCRIPT", "What goes wrong on the way; see the README of the kit."),
            new Option(
                "--request-timeout", "DURATION", "Of one request, real time (default: 10s)."),
            Option.flag("--follow-redirects", "Follow them."),
            new Option(
                "--concurrency", "N", "Requests at a time (default: 16; 1 with --listen).")));
    options.addAll(CommonOptions.PROFILE);
    options.addAll(
        List.of(
            CommonOptions.KEYS,
            CommonOptions.SEED,
            new Option(
                "--assert", "ASSERTION", "Exit 1 unless it holds of each delivery: delivered,"),
            new Option(
                "", "", "dead=exhausted, attempts<=3, took<500ms, offset<=30m; may be repeated."),
            CommonOptions.JSON,
            CommonOptions.REPORT));
    return options;
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    if (!arguments.operands().isEmpty()) {
      throw new UsageException(
          "'" + arguments.operands().get(0) + "': what is it? (expected: options only, --to URL)");
    }
    Profile profile = CommonOptions.profile(arguments);
    long seed = CommonOptions.seed(arguments);
    boolean listens = arguments.has("--listen");
    SigningKeys keys = keys(arguments, listens);
    SimulatorConfig config = config(arguments, profile, seed, keys, listens);
    CommonOptions.explain(profile, terminal);
    if (listens) {
      return listen(arguments, config, terminal);
    }
    List<Assertion> assertions = new ArrayList<>();
    for (String text : arguments.all("--assert")) {
      try {
        assertions.add(Assertion.parse(text));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--assert: " + e.getMessage());
      }
    }
    SimulationRun run = new SimulationRun(terminal, arguments.has("--json"), assertions);
    String to = arguments.get("--to");
    if (to == null) {
      throw new UsageException("--to: missing (expected: --to URL, or --listen HOST:PORT)");
    }
    terminal.message("seed " + seed);
    try (Simulator simulator = config.target(CommonOptions.url("--to", to)).listener(run).build()) {
      plan(arguments, simulator);
      return run.finish(simulator, arguments.get("--report"));
    }
  }

  /** Without keys an endpoint refuses everything; a controlled simulator hands out its own. */
  private static SigningKeys keys(Arguments arguments, boolean listens) throws IOException {
    return listens && !arguments.has("--keys")
        ? SigningKeys.generate()
        : CommonOptions.keys(arguments);
  }

  private static SimulatorConfig config(
      Arguments arguments, Profile profile, long seed, SigningKeys keys, boolean listens) {
    String speed = arguments.get("--speed", "1x");
    SimulatorConfig config =
        Simulator.configure()
            .profile(profile)
            .seed(seed)
            .keys(keys)
            .signature(arguments.get("--signature", SignatureMode.ED25519, SignatureMode::parse))
            .script(arguments.get("--script", FaultScript.NONE, FaultScript::parse))
            .followRedirects(arguments.has("--follow-redirects"))
            .concurrency(arguments.number("--concurrency", listens ? 1 : 16, 1, 10_000))
            .start(Clock.systemUTC().instant());
    try {
      config.requestTimeout(arguments.duration("--request-timeout", Duration.ofSeconds(10)));
      if (speed.equals("virtual")) {
        return config.virtualTime();
      }
      return config.runningTime(Double.parseDouble(speed.replaceFirst("x$", "")));
    } catch (NumberFormatException e) {
      throw new UsageException("--speed: '" + speed + "' (expected: 1x, 600x, virtual)");
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static int listen(Arguments arguments, SimulatorConfig config, Terminal terminal)
      throws IOException {
    Listen listen = arguments.get("--listen", Listen.parse("127.0.0.1:8099"), Listen::parse);
    String to = arguments.get("--to");
    if (to != null) {
      config.target(CommonOptions.url("--to", to));
    }
    try (ControlServer server = new ControlServer(listen.host(), listen.port(), config)) {
      terminal.message(
          "control API at " + server.url() + ", described by " + server.url() + "/openapi.json");
      server.awaitClosed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCodes.OK;
  }

  private static void plan(Arguments arguments, Simulator simulator) throws IOException {
    String types = arguments.get("--event", "ContactCreate");
    List<String> names =
        types.equals("all")
            ? EventCatalogue.all().stream().map(type -> type.name()).toList()
            : Arrays.stream(types.split(",")).map(String::strip).toList();
    String body = arguments.get("--body");
    int count = arguments.number("--count", body == null ? names.size() : 1, 1, MAX_COUNT);
    double rate = arguments.get("--rate", 0.0, Double::valueOf);
    if (!(rate >= 0 && rate <= 1_000_000)) {
      throw new UsageException(
          "--rate: " + rate + " (expected: more than 0, at most 1000000 events a second)");
    }
    List<PayloadRequest> requests =
        body == null ? names.stream().map(name -> request(name, arguments)).toList() : List.of();
    byte[] bytes = body == null ? new byte[0] : Files.readAllBytes(Path.of(body));
    SignatureMode signature =
        arguments.get("--signature", SignatureMode.ED25519, SignatureMode::parse);
    for (int i = 0; i < count; i++) {
      Duration later = rate == 0 ? Duration.ZERO : Duration.ofNanos((long) (i / rate * 1e9));
      if (body == null) {
        simulator.send(requests.get(i % requests.size()), signature, later);
      } else {
        simulator.send(event(bytes, simulator.keys(), signature), later);
      }
    }
  }

  private static PayloadRequest request(String type, Arguments arguments) {
    try {
      return PayloadRequest.of(type)
          .withLocationId(arguments.get("--location"))
          .withCompanyId(arguments.get("--company"))
          .withAppId(arguments.get("--app"))
          .withWrapped(arguments.has("--wrapped"))
          .withStyle(arguments.get("--style", BodyStyle.PLAIN, BodyStyle::parse))
          .withSize(arguments.get("--size", 0, Units::size));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** A user's own body; its id and type are read for the report alone. */
  private static SimEvent event(byte[] body, SigningKeys keys, SignatureMode signature) {
    Map<String, String> headers = new HashMap<>(keys.headers(signature, body));
    headers.put("Content-Type", "application/json");
    String id = "given";
    @Nullable String type = null;
    try {
      JsonObject json = JsonObject.parse(new String(body, StandardCharsets.UTF_8));
      id = json.string("webhookId", id);
      type = json.optString("type");
    } catch (JsonException e) {
      // Whatever it is, it is sent: the point may be that it is no JSON.
    }
    return new SimEvent(id, type, headers, body);
  }
}
