package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.AdminConfig;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.StoreConfig;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.config.TargetTls;
import io.ghlrelay.config.Units;
import io.ghlrelay.platform.TrustedKey;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.routing.Route;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The configuration in force, defaults included, in the form of the file. Secrets stay out: of
 * header values, tokens and signing secrets only {@code ***} is shown, and no query of a URL, since
 * people put tokens there.
 */
public final class ConfigJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String HIDDEN = "***";

  private ConfigJson() {}

  static ObjectNode of(RelayConfig config) {
    ObjectNode json = NODES.objectNode();
    json.set("ingress", ingress(config.ingress()));
    json.set("admin", admin(config.admin()));
    ObjectNode verification = json.putObject("verification");
    ArrayNode keys = verification.putArray("keys");
    for (TrustedKey key : config.verification().keys()) {
      keys.addObject().put("scheme", key.scheme().id()).put("id", key.id());
    }
    verification.set("apps", texts(List.copyOf(new TreeSet<>(config.verification().apps()))));
    json.set("store", store(config.store()));
    ObjectNode policies = json.putObject("retryPolicies");
    new TreeMap<>(config.retryPolicies())
        .forEach((name, policy) -> policies.set(name, policy(policy)));
    // One setting of the file, kept with each target.
    boolean publicOnly =
        config.targets().values().stream().anyMatch(target -> target.addresses().publicOnly());
    json.put("targetNetworks", publicOnly ? "public" : "any");
    ObjectNode targets = json.putObject("targets");
    config.targets().forEach((name, target) -> targets.set(name, target(target)));
    ArrayNode routes = json.putArray("routes");
    config.routes().forEach(route -> routes.add(route(route)));
    return json;
  }

  /**
   * Tells configurations apart, 12 hexadecimal digits: of what relays beside each other should have
   * in common, so not where each listens and who it is. Secrets do not count.
   */
  public static String fingerprint(RelayConfig config) {
    ObjectNode common = of(config);
    common.remove(List.of("ingress", "admin", "store"));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(common.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode ingress(IngressConfig ingress) {
    ObjectNode json = NODES.objectNode();
    json.put("listen", ingress.listen().toString());
    json.put("path", ingress.path());
    json.put("maxBodySize", ingress.maxBodySize());
    json.put("requestTimeout", Units.format(ingress.requestTimeout()));
    json.put("maxConnections", ingress.maxConnections());
    IngressConfig.Tls tls = ingress.tls();
    if (tls != null) {
      json.putObject("tls")
          .put("certificate", tls.certificate().toString())
          .put("key", tls.key().toString())
          .put("minVersion", tls.minVersion().text());
    }
    json.set(
        "trustedProxies", texts(ingress.trustedProxies().stream().map(String::valueOf).toList()));
    json.put("proxyProtocol", ingress.proxyProtocol());
    return json;
  }

  private static ObjectNode admin(AdminConfig admin) {
    ObjectNode json = NODES.objectNode();
    json.put("listen", admin.listen().toString());
    json.put("token", admin.token() == null ? null : HIDDEN);
    json.put("showBodies", admin.showBodies());
    json.put("auditFile", admin.auditFile() == null ? null : admin.auditFile().toString());
    return json;
  }

  private static ObjectNode store(StoreConfig store) {
    ObjectNode json = NODES.objectNode();
    if (store.engine() instanceof StoreConfig.RocksDb rocksDb) {
      json.putObject("rocksdb")
          .put("path", rocksDb.path().toString())
          .put("minFreeSpace", rocksDb.minFreeSpace());
    } else if (store.engine() instanceof StoreConfig.Postgres postgres) {
      ObjectNode database = json.putObject("postgres");
      database.put("url", postgres.url().replaceFirst("\\?.*", ""));
      database.put("user", postgres.user());
      if (postgres.password() != null) {
        database.put("passwordFile", HIDDEN);
      }
      database.put("name", postgres.name());
    } else {
      json.putObject("memory");
    }
    json.put("retention", Units.format(store.retention()));
    return json;
  }

  private static ObjectNode policy(RetryPolicy policy) {
    ObjectNode json = NODES.objectNode();
    json.set("retryOn", retryOn(policy.retryOn()));
    json.put("minBackoff", Units.format(policy.minBackoff()));
    json.put("factor", policy.factor());
    json.put("maxBackoff", Units.format(policy.maxBackoff()));
    json.putObject("jitter")
        .put("on", lower(policy.jitter().on()))
        .put("min", Units.format(policy.jitter().min()))
        .put("max", Units.format(policy.jitter().max()));
    json.put("timeline", lower(policy.timeline()));
    json.put("maxRetries", policy.maxRetries());
    json.put("maxDuration", Units.format(policy.maxDuration()));
    json.put("honorRetryAfter", policy.honorRetryAfter());
    return json;
  }

  /** As the file writes it: whole classes of statuses by their short names. */
  static ArrayNode retryOn(RetryPolicy.RetryOn retryOn) {
    ArrayNode list = NODES.arrayNode();
    TreeSet<Integer> left = new TreeSet<>(retryOn.statuses());
    for (int hundred = 300; hundred < 600; hundred += 100) {
      var whole = left.subSet(hundred, hundred + 100);
      if (whole.size() == 100) {
        list.add(hundred / 100 + "xx");
        whole.clear();
      }
    }
    left.forEach(status -> list.add(Integer.toString(status)));
    if (retryOn.timeout()) {
      list.add("timeout");
    }
    if (retryOn.connection()) {
      list.add("connection");
    }
    return list;
  }

  private static ObjectNode target(TargetConfig target) {
    ObjectNode json = NODES.objectNode();
    json.put("url", redacted(target.url()));
    json.put("timeout", Units.format(target.timeout()));
    json.put("connectTimeout", Units.format(target.connectTimeout()));
    json.put("retry", target.retry().name());
    json.put("concurrency", target.concurrency());
    json.put("rateLimit", target.rateLimit());
    flow(json, target.flow());
    json.put("allowLinkLocal", target.addresses().linkLocal());
    ObjectNode headers = json.putObject("headers");
    target.headers().keySet().forEach(name -> headers.put(name, HIDDEN));
    TargetConfig.Signing sign = target.sign();
    if (sign != null) {
      ArrayNode previous = json.putObject("sign").put("secret", HIDDEN).putArray("previous");
      sign.previous()
          .forEach(
              one ->
                  previous.addObject().put("secret", HIDDEN).put("until", one.until().toString()));
    }
    if (target.auth() != null) {
      json.set("auth", auth(target.auth()));
    }
    if (target.tls() != null) {
      json.set("tls", tls(target.tls()));
    }
    return json;
  }

  private static ObjectNode auth(TargetAuth auth) {
    ObjectNode json = NODES.objectNode();
    if (auth instanceof TargetAuth.Basic) {
      json.putObject("basic").put("user", HIDDEN).put("password", HIDDEN);
    } else if (auth instanceof TargetAuth.Bearer) {
      json.putObject("bearer").put("token", HIDDEN);
    } else if (auth instanceof TargetAuth.OAuth2 oauth2) {
      ObjectNode own =
          json.putObject("oauth2")
              .put("tokenUrl", redacted(oauth2.tokenUrl()))
              .put("clientId", oauth2.clientId())
              .put("clientSecret", HIDDEN)
              .put("scope", oauth2.scope())
              .put("audience", oauth2.audience())
              .put("authenticate", lower(oauth2.authenticate()));
      if (oauth2.tls() != null) {
        own.set("tls", tls(oauth2.tls()));
      }
    }
    return json;
  }

  private static ObjectNode tls(TargetTls tls) {
    ObjectNode json = NODES.objectNode();
    TargetTls.Trust trust = tls.trust();
    if (trust != null) {
      json.put("caFile", trust.file().toString()).put("systemRoots", trust.systemRoots());
    }
    TargetTls.Identity identity = tls.identity();
    if (identity != null) {
      json.put("certificateFile", identity.certificateFile().toString())
          .put("keyFile", identity.keyFile().toString());
    }
    json.put("minVersion", tls.minVersion().number());
    json.put("serverName", tls.serverName());
    return json;
  }

  private static void flow(ObjectNode json, FlowConfig flow) {
    json.put("ordering", flow.ordering().id());
    FlowConfig.Breaker breaker = flow.breaker();
    if (breaker != null) {
      json.putObject("breaker")
          .put("failureRate", percent(breaker.failureRate()))
          .put("window", breaker.window())
          .put("minCalls", breaker.minCalls())
          .put("openFor", Units.format(breaker.openFor()))
          .put("trials", breaker.trials());
    }
    json.putObject("catchUp")
        .put("from", flow.catchUp().from())
        .put("over", Units.format(flow.catchUp().over()));
  }

  private static String percent(double value) {
    return (value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value)) + "%";
  }

  /** Without the query string. */
  static String redacted(URI uri) {
    String url = uri.toString();
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query) + "?" + HIDDEN;
  }

  private static ObjectNode route(Route route) {
    ObjectNode json = NODES.objectNode();
    json.put("name", route.name());
    put(json, "locations", route.locations());
    put(json, "companies", route.companies());
    put(json, "apps", route.apps());
    put(json, "types", route.types());
    json.set("to", texts(route.to()));
    json.put("stop", route.stop());
    json.put("direct", route.direct());
    return json;
  }

  private static void put(ObjectNode json, String name, List<String> values) {
    if (!values.isEmpty()) {
      json.set(name, texts(values));
    }
  }

  private static ArrayNode texts(List<String> values) {
    ArrayNode list = NODES.arrayNode();
    values.forEach(list::add);
    return list;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
