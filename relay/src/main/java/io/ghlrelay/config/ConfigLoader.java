package io.ghlrelay.config;

import io.ghlrelay.config.Value.Where;
import io.ghlrelay.platform.PublicKeys;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.TrustedKey;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.routing.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a configuration: YAML 1.2, with references, flags and environment variables, to validated
 * records. Every problem is found in one run and names its line and column. Immutable.
 *
 * <p>Precedence: {@code --set} flags, then environment variables ({@code RELAY_INGRESS_LISTEN} for
 * {@code ingress.listen}; sections ingress, admin and store), then the file, then defaults.
 * Relative paths count from the folder of the file.
 */
public final class ConfigLoader {
  /** Largest configuration file, in bytes. */
  private static final int MAX_FILE = 1 << 20;

  private static final int MAX_ALIASES = 50;

  /** Deepest nesting, of which a configuration needs 6: the composer recurses. */
  private static final int MAX_DEPTH = 50;

  private final Map<String, String> environment;
  private final Map<String, String> flags;

  /**
   * A loader.
   *
   * @param environment the environment variables
   * @param flags settings given on the command line, by dotted path
   */
  public ConfigLoader(Map<String, String> environment, Map<String, String> flags) {
    this.environment = Map.copyOf(environment);
    this.flags = Map.copyOf(flags);
  }

  /**
   * Loads a file.
   *
   * @throws ConfigException with every problem found
   */
  public RelayConfig load(Path file) throws ConfigException {
    Problems problems = new Problems(file.toString());
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    Node root = parse(file, problems);
    problems.throwIfAny();
    Set<String> usedFlags = new HashSet<>();
    Section.Context context =
        new Section.Context(
            problems, new References(environment, folder), environment, flags, usedFlags);
    Section all = new Section(context, "", root);
    RelayConfig config = relay(all, folder);
    for (String flag : flags.keySet()) {
      if (!usedFlags.contains(flag)) {
        problems.error(new Where(0, 0, "--set " + flag), "there is no such setting");
      }
    }
    problems.throwIfAny();
    return config;
  }

  private static @Nullable Node parse(Path file, Problems problems) {
    Where nowhere = new Where(0, 0, "");
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > MAX_FILE) {
        problems.error(nowhere, "the file is larger than " + (MAX_FILE >> 20) + " MiB");
        return null;
      }
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(file.toString())
              .setMaxAliasesForCollections(MAX_ALIASES)
              .setCodePointLimit(MAX_FILE)
              .build();
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (isTooDeep(text, settings)) {
        problems.error(nowhere, "not usable YAML: nested deeper than " + MAX_DEPTH);
        return null;
      }
      return new Compose(settings).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      problems.error(
          e.getProblemMark().map(Section::where).orElse(nowhere), "not valid YAML: " + words(e));
    } catch (YamlEngineException e) {
      problems.error(nowhere, "not valid YAML: " + e.getMessage());
    } catch (IOException e) {
      problems.error(nowhere, "the file cannot be read (" + e + ")");
    }
    return null;
  }

  /** The parser quotes names of aliases and tags: a value that begins with * or ! is one to it. */
  private static String words(MarkedYamlEngineException e) {
    String what = e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem();
    return what.contains("alias") || what.contains("tag")
        ? "a value that begins with * or ! must stand in quotes"
        : what;
  }

  private static boolean isTooDeep(String text, LoadSettings settings) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        return true;
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
    return false;
  }

  private static RelayConfig relay(Section all, Path folder) {
    IngressConfig ingress = new IngressReader(folder).read(all.section("ingress"));
    AdminConfig admin = admin(all.section("admin"), folder);
    VerificationConfig verification = verification(all.section("verification"), folder);
    StoreConfig store = StoreReader.read(all.section("store"), folder);
    Map<String, RetryPolicy> policies = RetryPolicyReader.read(all.section("retryPolicies"));
    Map<String, TargetConfig> targets =
        new TargetReader(folder, policies, publicOnly(all)).read(all.section("targets"));
    List<Route> routes = RouteReader.read(all, targets.keySet());
    all.end();
    if (targets.isEmpty()) {
      all.problems().warn(all.where("targets"), "no targets: events are stored, but go nowhere");
    } else if (routes.isEmpty()) {
      all.problems().warn(all.where("routes"), "no routes: every event stays unrouted");
    }
    return new RelayConfig(
        ingress, admin, verification, store, policies, targets, routes, all.problems().warnings());
  }

  private static boolean publicOnly(Section all) {
    return all.read(
        "targetNetworks",
        false,
        text -> {
          if (!text.equals("any") && !text.equals("public")) {
            throw new IllegalArgumentException("'" + text + "' (expected: any or public)");
          }
          return text.equals("public");
        });
  }

  private static AdminConfig admin(Section section, Path folder) {
    ListenAddress listen = listen(section, new ListenAddress("127.0.0.1", 9090));
    String token = section.text("token", "");
    boolean showBodies = section.flag("showBodies", true);
    Path auditFile =
        section.has("auditFile") ? section.path("auditFile", "", folder).normalize() : null;
    section.warnIfExposed("token");
    section.end();
    if (token.isEmpty() && !Loopback.isLoopback(listen.host())) {
      section.error(
          "listen",
          "the admin API beyond loopback needs a token (admin.token, or RELAY_ADMIN_TOKEN)");
    }
    return new AdminConfig(
        listen, token.isEmpty() ? null : new Secret(token), showBodies, auditFile);
  }

  /** The address under {@code listen}. */
  static ListenAddress listen(Section section, ListenAddress fallback) {
    return section.read(
        "listen",
        fallback,
        text -> {
          int colon = text.lastIndexOf(':');
          String host = colon < 0 ? "" : text.substring(0, colon);
          String port = text.substring(colon + 1);
          if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
          }
          if (host.isEmpty() || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(
                "'" + text + "' (expected: host:port, for example 127.0.0.1:8080)");
          }
          return new ListenAddress(host, Integer.parseInt(port));
        });
  }

  private static VerificationConfig verification(Section section, Path folder) {
    List<TrustedKey> keys = new ArrayList<>();
    if (section.has("keys")) {
      for (Section key : section.list("keys")) {
        TrustedKey trusted = key(key, folder);
        if (trusted != null) {
          keys.add(trusted);
        }
      }
      if (keys.isEmpty()) {
        section
            .problems()
            .error(
                section.where("keys"),
                "verification.keys: no key is left, so no event could be verified");
      }
    } else {
      for (SignatureScheme scheme : SignatureScheme.values()) {
        keys.add(PublicKeys.published(scheme));
      }
    }
    Set<String> apps = new LinkedHashSet<>();
    section.values("apps").forEach(value -> apps.add(value.text()));
    section.end();
    return new VerificationConfig(keys, apps);
  }

  private static @Nullable TrustedKey key(Section section, Path folder) {
    Optional<SignatureScheme> scheme =
        section.read("scheme", Optional.empty(), ConfigLoader::scheme);
    boolean inFile = section.has("publicKeyFile");
    boolean optional = section.flag("optional", false);
    Value key = section.value("publicKey");
    Value file = section.value("publicKeyFile");
    section.end();
    if (!section.has("scheme")) {
      section.error("scheme", "is missing (expected: " + schemes() + ")");
    }
    if ((key == null) == (file == null)) {
      section.error(
          inFile ? "publicKeyFile" : "publicKey",
          "give either publicKey (ghl, or the key itself) or publicKeyFile");
      return null;
    }
    if (scheme.isEmpty()) {
      return null;
    }
    if (key != null && key.text().equals(PublicKeys.PUBLISHED_ID)) {
      return PublicKeys.published(scheme.get());
    }
    Value from = key != null ? key : Objects.requireNonNull(file);
    try {
      if (key != null) {
        return PublicKeys.parse(scheme.get(), key.text().getBytes(StandardCharsets.UTF_8));
      }
      Path path = folder.resolve(from.text());
      if (optional && !Files.exists(path)) {
        section
            .problems()
            .warn(from.where(), "no key file " + path + " yet; make it and reload to use it");
        return null;
      }
      return PublicKeys.parse(scheme.get(), Files.readAllBytes(path));
    } catch (IllegalArgumentException e) {
      section.problems().error(from.where(), "the public key cannot be used: " + e.getMessage());
    } catch (IOException e) {
      section.problems().error(from.where(), "the key file cannot be read (" + e + ")");
    }
    return null;
  }

  private static Optional<SignatureScheme> scheme(String text) {
    Optional<SignatureScheme> scheme = SignatureScheme.ofId(text);
    if (scheme.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' (expected: " + schemes() + ")");
    }
    return scheme;
  }

  private static String schemes() {
    return Arrays.stream(SignatureScheme.values())
        .map(SignatureScheme::id)
        .collect(Collectors.joining(" or "));
  }
}
