package io.ghlrelay.config;

import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.routing.Route;
import java.util.List;
import java.util.Map;

/**
 * The whole configuration, validated. Immutable; a reload makes a new one.
 *
 * @param ingress the public listener
 * @param admin the admin listener
 * @param verification whose signatures count
 * @param store where events are kept
 * @param retryPolicies every policy by name, the built-in ones included
 * @param targets by name, in the order of the file
 * @param routes in the order of the file
 * @param warnings what works but deserves a look; for the log
 */
public record RelayConfig(
    IngressConfig ingress,
    AdminConfig admin,
    VerificationConfig verification,
    StoreConfig store,
    Map<String, RetryPolicy> retryPolicies,
    Map<String, TargetConfig> targets,
    List<Route> routes,
    List<ConfigProblem> warnings) {
  public RelayConfig {
    retryPolicies = Map.copyOf(retryPolicies);
    targets = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(targets));
    routes = List.copyOf(routes);
    warnings = List.copyOf(warnings);
  }
}
