package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.ConfigException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Health, metrics, targets and reload. Thread-safe. */
final class OperationsApi {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String OPENMETRICS = "application/openmetrics-text";
  private static final String OPENMETRICS_TYPE = OPENMETRICS + "; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final RelayControl relay;
  private final PrometheusMeterRegistry registry;
  private final AuditLog audit;
  private final byte[] openApi;

  OperationsApi(RelayControl relay, PrometheusMeterRegistry registry, AuditLog audit) {
    this.audit = audit;
    this.relay = relay;
    this.registry = registry;
    try (InputStream in = OperationsApi.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks openapi.json");
      }
      this.openApi = in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }

  /** Says that the process lives; looks at nothing else, so a broken target restarts nobody. */
  ApiResponse livez(ApiRequest request) {
    request.onlyParameters(Set.of());
    return ApiResponse.json(200, NODES.objectNode().put("status", "ok"));
  }

  ApiResponse readyz(ApiRequest request) {
    request.onlyParameters(Set.of());
    List<RelayControl.Check> checks = relay.readiness();
    boolean ready = checks.stream().allMatch(RelayControl.Check::ok);
    ObjectNode json = NODES.objectNode().put("status", ready ? "ok" : "notReady");
    json.set("checks", checks(checks));
    return ApiResponse.json(ready ? 200 : 503, json);
  }

  static ArrayNode checks(List<RelayControl.Check> checks) {
    ArrayNode list = NODES.arrayNode();
    for (RelayControl.Check check : checks) {
      list.addObject()
          .put("name", check.name())
          .put("ok", check.ok())
          .put("detail", check.detail());
    }
    return list;
  }

  ApiResponse metrics(ApiRequest request) {
    request.onlyParameters(Set.of());
    boolean open = request.accept().contains(OPENMETRICS);
    String type = open ? OPENMETRICS_TYPE : PROMETHEUS_TYPE;
    return ApiResponse.text(type, registry.scrape(type));
  }

  ApiResponse openApi(ApiRequest request) {
    request.onlyParameters(Set.of());
    return new ApiResponse(200, "application/json", openApi, Map.of());
  }

  ApiResponse audit(ApiRequest request) {
    request.onlyParameters(Set.of("limit"));
    ObjectNode json = NODES.objectNode();
    json.set("entries", audit.latest(request.integer("limit", 100, 1, 1000)));
    return ApiResponse.json(200, json);
  }

  ApiResponse pause(ApiRequest request) {
    return paused(request, true);
  }

  ApiResponse resume(ApiRequest request) {
    return paused(request, false);
  }

  private ApiResponse paused(ApiRequest request, boolean pause) {
    request.onlyParameters(Set.of());
    String name = request.variables().getOrDefault("name", "");
    if (!(pause ? relay.pause(name) : relay.resume(name))) {
      throw new ApiException(404, "There is no such target.");
    }
    return ApiResponse.json(200, NODES.objectNode().put("name", name).put("paused", pause));
  }

  ApiResponse config(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode json = NODES.objectNode();
    json.set("config", ConfigJson.of(relay.config()));
    ArrayNode warnings = json.putArray("warnings");
    relay.config().warnings().forEach(warning -> warnings.add(warning.toString()));
    return ApiResponse.json(200, json);
  }

  ApiResponse reload(ApiRequest request) {
    request.onlyParameters(Set.of());
    try {
      ObjectNode json = NODES.objectNode();
      ArrayNode warnings = json.putArray("warnings");
      relay.reload().forEach(warnings::add);
      return ApiResponse.json(200, json);
    } catch (ConfigException e) {
      ObjectNode problem = Problem.of(422, "The configuration is not valid; the old one stays.");
      ArrayNode errors = problem.putArray("errors");
      e.problems().forEach(one -> errors.addObject().put("detail", one.toString()));
      return new ApiResponse(
          422, Problem.MEDIA_TYPE, ApiResponse.utf8(problem.toString()), Map.of());
    }
  }
}
