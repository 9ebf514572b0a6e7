package io.ghlrelay.config;

import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code targets:}. */
final class TargetReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]{0,8192}");
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature",
          "traceparent");
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);
  private static final String SECRET_PREFIX = "whsec_";

  private final Path folder;
  private final Map<String, RetryPolicy> policies;
  private final boolean publicOnly;

  /**
   * A reader.
   *
   * @param folder what relative paths count from
   * @param policies known by name
   * @param publicOnly whether targets must have public addresses
   */
  TargetReader(Path folder, Map<String, RetryPolicy> policies, boolean publicOnly) {
    this.folder = folder;
    this.policies = policies;
    this.publicOnly = publicOnly;
  }

  Map<String, TargetConfig> read(Section section) {
    Map<String, TargetConfig> targets = new LinkedHashMap<>();
    section
        .sections()
        .forEach(
            (name, own) -> {
              if (!NAME.matcher(name).matches()) {
                section
                    .problems()
                    .error(
                        section.whereKey(name),
                        "target name '"
                            + SecretHygiene.shown(name)
                            + "' (expected: letters, digits, '.', '_', '-', 64 at most)");
              }
              TargetConfig target = target(name, own);
              if (target != null) {
                targets.put(name, target);
              }
            });
    return targets;
  }

  private @Nullable TargetConfig target(String name, Section section) {
    URI url = url(section, "url");
    Duration timeout =
        section.duration("timeout", Duration.ofSeconds(10), Duration.ofMillis(10), MAX_TIMEOUT);
    Duration connect =
        section.duration(
            "connectTimeout",
            timeout.compareTo(Duration.ofSeconds(5)) < 0 ? timeout : Duration.ofSeconds(5),
            Duration.ofMillis(10),
            timeout);
    RetryPolicy retry = section.read("retry", RetryPolicies.ghl2025(), this::policy);
    RetryPolicies.BuiltIn builtIn = RetryPolicies.builtIn().get(retry.name());
    if (builtIn != null && !builtIn.assumed().isEmpty()) {
      section
          .problems()
          .warn(
              section.where("retry"),
              "the platform does not publish all of "
                  + retry.name()
                  + "; assumed: "
                  + String.join(", ", builtIn.assumed()));
    }
    int concurrency = section.integer("concurrency", 32, 1, 4096);
    Double rateLimit =
        section.has("rateLimit") ? section.read("rateLimit", 1.0, TargetReader::rate) : null;
    Map<String, Secret> headers = headers(section.section("headers"));
    AddressRule addresses = new AddressRule(section.flag("allowLinkLocal", false), publicOnly);
    TargetConfig.Signing sign = section.has("sign") ? signing(section.section("sign")) : null;
    TargetAuth auth = new AuthReader(folder).read(section, headers.keySet());
    TargetTls tls = new TlsReader(folder).read(section, url);
    FlowConfig flow = FlowReader.read(section, concurrency);
    section.end();
    return url == null
        ? null
        : new TargetConfig(
            name,
            url,
            timeout,
            connect,
            retry,
            concurrency,
            rateLimit,
            headers,
            addresses,
            sign,
            auth,
            tls,
            flow);
  }

  private static double rate(String text) {
    double rate;
    try {
      rate = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number of attempts a second", e);
    }
    if (!(rate >= 0.01 && rate <= 100_000)) {
      throw new IllegalArgumentException(text + " (expected: 0.01..100000 attempts a second)");
    }
    return rate;
  }

  private RetryPolicy policy(String text) {
    RetryPolicy policy = policies.get(text);
    if (policy == null) {
      String nearest = Nearest.to(text, policies.keySet());
      throw new IllegalArgumentException(
          "there is no retry policy '"
              + text
              + "'"
              + (nearest == null ? "" : "; did you mean '" + nearest + "'?")
              + " (known: "
              + String.join(", ", policies.keySet())
              + ")");
    }
    return policy;
  }

  /** An http or https URL with a host; null if it is missing or cannot be used. */
  static @Nullable URI url(Section section, String key) {
    Value value = section.value(key);
    if (value == null) {
      if (!section.has(key)) {
        section.error(key, "is missing");
      }
      return null;
    }
    String expected = " (expected: http:// or https:// with a host, no user name, no #)";
    try {
      URI url = new URI(value.text());
      boolean http = "http".equalsIgnoreCase(url.getScheme());
      boolean https = "https".equalsIgnoreCase(url.getScheme());
      boolean port = url.getPort() == -1 || (url.getPort() >= 1 && url.getPort() <= 65_535);
      if ((!http && !https)
          || url.getHost() == null
          || url.getRawUserInfo() != null
          || url.getRawFragment() != null
          || !port) {
        section.error(key, "cannot be used" + expected);
        return null;
      }
      if (http && !Loopback.isLoopback(url.getHost())) {
        section
            .problems()
            .warn(value.where(), "plain http:// to " + url.getHost() + ": anyone between can read");
      }
      return url;
    } catch (URISyntaxException e) {
      section.error(key, "is not a URL: " + e.getReason() + expected);
      return null;
    }
  }

  private static Map<String, Secret> headers(Section section) {
    Map<String, Secret> headers = new LinkedHashMap<>();
    for (String name : section.keys()) {
      Value value = section.value(name);
      String lower = name.toLowerCase(Locale.ROOT);
      if (!TOKEN.matcher(name).matches()) {
        section.error(name, "is not a header name");
      } else if (RESERVED.contains(lower) || lower.startsWith("relay-")) {
        section.error(name, "is set by the relay itself");
      } else if (value != null && !HEADER_VALUE.matcher(value.text()).matches()) {
        section.error(name, "its value has characters that no header may have");
      } else if (value != null) {
        if (SecretHygiene.carriesSecret(name)) {
          section.warnIfExposed(name);
        }
        headers.put(name, new Secret(value.text()));
      }
    }
    return headers;
  }

  private TargetConfig.@Nullable Signing signing(Section section) {
    Secret secret = secret(section);
    List<TargetConfig.Previous> previous = new ArrayList<>();
    for (Section old : section.list("previousSecrets")) {
      Secret oldSecret = secret(old);
      Instant until =
          old.read(
              "until",
              Instant.EPOCH,
              text -> {
                try {
                  return Instant.parse(text);
                } catch (DateTimeParseException e) {
                  throw new IllegalArgumentException(
                      "'" + text + "' (expected: an instant such as 2026-12-01T00:00:00Z)", e);
                }
              });
      if (!old.has("until")) {
        old.error("until", "is missing: when does this secret end?");
      }
      old.end();
      if (oldSecret != null) {
        previous.add(new TargetConfig.Previous(oldSecret, until));
      }
    }
    section.end();
    return secret == null ? null : new TargetConfig.Signing(secret, previous);
  }

  private @Nullable Secret secret(Section section) {
    if (!section.has("secretFile")) {
      section.error("secretFile", "is missing: secrets are read from files");
      return null;
    }
    Optional<Secret> secret =
        section.read(
            "secretFile",
            Optional.<Secret>empty(),
            text -> {
              if (text.startsWith(SECRET_PREFIX)) {
                throw new IllegalArgumentException(
                    "is the secret itself (expected: the name of a file that holds it)");
              }
              Path file = folder.resolve(text).normalize();
              String content = References.fileContent(file).strip();
              section.warnIfReadableByAll(file, "secretFile");
              String base64 =
                  content.startsWith(SECRET_PREFIX)
                      ? content.substring(SECRET_PREFIX.length())
                      : content;
              int length;
              try {
                length = Base64.getDecoder().decode(base64).length;
              } catch (IllegalArgumentException e) {
                // The cause would quote the secret's characters.
                length = -1;
              }
              if (length < 24 || length > 64) {
                throw new IllegalArgumentException(
                    "holds no secret (expected: whsec_ and base64 of 24 to 64 bytes)");
              }
              return Optional.of(new Secret(content));
            });
    return secret.orElse(null);
  }
}
