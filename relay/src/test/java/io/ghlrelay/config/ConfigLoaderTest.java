package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ghlrelay.TestCertificates;
import io.ghlrelay.retry.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the loader takes, what it refuses and where it says so; and that the schema agrees. */
public class ConfigLoaderTest {
  @TempDir private Path folder;

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("relay.yaml"), yaml);
  }

  private RelayConfig load(String yaml) throws IOException, ConfigException {
    return load(yaml, Map.of(), Map.of());
  }

  private RelayConfig load(String yaml, Map<String, String> environment, Map<String, String> flags)
      throws IOException, ConfigException {
    return new ConfigLoader(environment, flags).load(write(yaml));
  }

  @Test
  void anEmptyFileHasTheDefaults() throws Exception {
    RelayConfig config = load("");

    assertThat(config.ingress().listen()).isEqualTo(new ListenAddress("0.0.0.0", 8080));
    assertThat(config.ingress().path()).isEqualTo("/webhooks");
    assertThat(config.ingress().maxBodySize()).isEqualTo(1 << 20);
    assertThat(config.admin().listen()).isEqualTo(new ListenAddress("127.0.0.1", 9090));
    assertThat(config.verification().keys()).hasSize(2).allMatch(key -> key.id().equals("ghl"));
    assertThat(config.store().retention()).isEqualTo(Duration.ofDays(7));
    assertThat(config.warnings())
        .extracting(ConfigProblem::message)
        .anyMatch(m -> m.contains("no targets"));
  }

  @Test
  void readsTheWholeExample() throws Exception {
    Files.writeString(folder.resolve("secret"), "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n");
    RelayConfig config =
        load(
            """
            ingress: {listen: "[::1]:0", path: /hooks, maxBodySize: 64KiB, requestTimeout: 500ms}
            admin: {listen: "0.0.0.0:9090", token: "${TOKEN}"}
            verification: {apps: [app1]}
            store: {rocksdb: {path: data}, retention: P2D}
            retryPolicies:
              patient: {retryOn: [408, 429, 5xx, timeout, connection], minBackoff: 10s, factor: 2,
                maxBackoff: 1h, jitter: {on: first, min: 1s, max: 10s}, timeline: intervals,
                maxRetries: 12, maxDuration: 2d, honorRetryAfter: true}
            targets:
              crm:
                url: "https://crm.example.com/hooks?x=1"
                timeout: 3s
                retry: patient
                concurrency: 4
                headers: {X-Api-Key: "${KEY:-k$$1}"}
                sign: {secretFile: secret}
            routes:
              - {name: north, locations: [loc1], types: ["Contact*"], to: [crm], stop: true}
            """,
            Map.of("TOKEN", "t0k3n"),
            Map.of());

    assertThat(config.ingress().listen()).isEqualTo(new ListenAddress("::1", 0));
    assertThat(config.admin().token()).isEqualTo(new Secret("t0k3n"));
    assertThat(config.toString())
        .doesNotContain("t0k3n")
        .doesNotContain("whsec")
        .doesNotContain("k$1");
    TargetConfig crm = Objects.requireNonNull(config.targets().get("crm"));
    assertThat(crm.headers()).containsEntry("X-Api-Key", new Secret("k$1"));
    assertThat(crm.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(crm.retry().timeline()).isEqualTo(RetryPolicy.Timeline.INTERVALS);
    assertThat(crm.retry().maxRetries()).isEqualTo(12);
    assertThat(config.routes().get(0).stop()).isTrue();
    assertThat(config.store().engine())
        .isEqualTo(new StoreConfig.RocksDb(folder.toAbsolutePath().resolve("data"), 256L << 20));
  }

  public static Stream<Arguments> badConfigs() {
    return Stream.of(
        Arguments.of("tragets:\n  a: {url: x}\n", 1, 1, "did you mean 'targets'"),
        Arguments.of("ingress:\n  listen: localhost\n", 2, 11, "host:port"),
        Arguments.of("ingress: {maxBodySize: 12 parsecs}\n", 1, 24, "is not a size"),
        Arguments.of("store:\n  retention: soon\n", 2, 14, "is not a duration"),
        Arguments.of("targets:\n  crm: {url: \"ftp://x/\"}\n", 2, 14, "http://"),
        Arguments.of(
            "targets:\n  crm: {url: \"https://x/\", retry: ghl2025}\n",
            2,
            35,
            "did you mean 'ghl-2025'"),
        Arguments.of("routes:\n  - {name: a, to: [crm]}\n", 2, 20, "there is no target 'crm'"),
        Arguments.of(
            """
            targets: {a: {url: "https://x/"}, b: {url: "https://y/"}}
            routes:
              - {to: [a, b], direct: true}
            """,
            3,
            26,
            "a direct route has one target"),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], stop: false, direct: true}]\n",
            2,
            26,
            "ends the search anyway"),
        Arguments.of("verification:\n  keys: []\n", 2, 9, "no key is left"),
        Arguments.of(
            "verification:\n  keys:\n    - {scheme: ed25519, publicKey: nonsense}\n",
            3,
            36,
            "the public key cannot be used"),
        Arguments.of("admin: {listen: \"0.0.0.0:9090\"}\n", 1, 17, "needs a token"),
        Arguments.of("ingress: {path: hooks}\n", 1, 17, "starts with /"),
        Arguments.of("ingress: {trustedProxies: [all]}\n", 1, 28, "for example 10.0.0.0/8"),
        Arguments.of("ingress: {trustedProxies: [\"::/0\"]}\n", 1, 28, "trusts everybody"),
        Arguments.of(
            "ingress: {trustedProxies: [10.0.0.1/8]}\n", 1, 28, "did you mean '10.0.0.0/8'?"),
        Arguments.of("ingress: {proxyProtocol: true}\n", 1, 26, "ingress.trustedProxies"),
        Arguments.of("ingress: {tls: {certificate: no.pem}}\n", 1, 30, "there is no file"),
        Arguments.of("ingress: {tls: {minVersion: 1.1}}\n", 1, 29, "\"1.2\" or \"1.3\""),
        Arguments.of("admin: {token: \"${NOPE}\"}\n", 1, 16, "NOPE is not set"),
        Arguments.of("ingress: {listen: \"a:1\"}\ningress: {}\n", 2, 1, "twice"),
        Arguments.of("targets: [a]\n", 1, 10, "expected keys and values"),
        Arguments.of("ingress:\n  path: \"/x\n", 3, 1, "not valid YAML"),
        Arguments.of("retryPolicies:\n  p: {maxRetries: many}\n", 2, 19, "not a whole number"),
        Arguments.of("retryPolicies:\n  p: {retryOn: [200]}\n", 2, 17, "300..599"),
        Arguments.of("retryPolicies:\n  ghl-2025: {maxRetries: 1}\n", 2, 3, "is built in"),
        Arguments.of(
            "targets:\n  crm: {url: \"https://x/\", headers: {Host: a}}\n",
            2,
            44,
            "set by the relay"));
  }

  @ParameterizedTest
  @MethodSource("badConfigs")
  void saysWhatIsWrongAndWhere(String yaml, int line, int column, String words) throws Exception {
    Path file = write(yaml);

    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> new ConfigLoader(Map.of(), Map.of()).load(file));

    assertThat(refused.problems())
        .as(refused.getMessage())
        .anySatisfy(
            problem -> {
              assertThat(problem.message()).contains(words);
              assertThat(problem.line()).isEqualTo(line);
              assertThat(problem.column()).isEqualTo(column);
            });
    assertThat(refused.getMessage()).contains(file + ":" + line + ":" + column);
  }

  @Test
  void theAuditFileCountsFromTheFolderOfTheConfiguration() throws Exception {
    assertThat(load("admin: {auditFile: audit.jsonl}").admin().auditFile())
        .isEqualTo(folder.resolve("audit.jsonl"));
    assertThat(load("").admin().auditFile()).isNull();
  }

  @Test
  void namesEveryProblemInOneRun() {
    assertThatThrownBy(() -> load("a: 1\nb: 2\ningress: {listen: x}\n"))
        .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void flagsBeatTheEnvironmentAndThatBeatsTheFile() throws Exception {
    String yaml = "ingress: {maxBodySize: 1KiB, path: /file}\n";
    Map<String, String> environment =
        Map.of("RELAY_INGRESS_MAX_BODY_SIZE", "2KiB", "RELAY_INGRESS_PATH", "/env");

    RelayConfig config = load(yaml, environment, Map.of("ingress.path", "/flag"));

    assertThat(config.ingress().maxBodySize()).isEqualTo(2048);
    assertThat(config.ingress().path()).isEqualTo("/flag");
    assertThatThrownBy(() -> load(yaml, Map.of(), Map.of("ingress.pth", "/x")))
        .hasMessageContaining("--set ingress.pth")
        .hasMessageContaining("no such setting");
    assertThatThrownBy(() -> load(yaml, Map.of("RELAY_INGRESS_PATH", "x"), Map.of()))
        .hasMessageContaining("environment RELAY_INGRESS_PATH");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quickstart", "per-location", "direct"})
  void theShippedConfigurationsLoadAndFitTheSchema(String name) throws Exception {
    Path file = Path.of("..", "configs", name + ".yaml");

    RelayConfig config = new ConfigLoader(Map.of(), Map.of()).load(file);

    assertThat(config.targets()).isNotEmpty();
    assertThat(schema().validate(json(Files.readString(file)))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void schemaAndLoaderAgree(String yaml, boolean good) throws Exception {
    boolean loaded;
    try {
      load(yaml);
      loaded = true;
    } catch (ConfigException e) {
      loaded = false;
    }
    assertThat(loaded).as("loader").isEqualTo(good);
    assertThat(schema().validate(json(yaml)).isEmpty()).as("schema").isEqualTo(good);
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of("ingress: {maxConnections: 5}", true),
        Arguments.of("ingress: {maxConnections: 0}", false),
        Arguments.of("ingress: {maxConnections: x}", false),
        Arguments.of("ingress: {path: no}", false),
        Arguments.of("ingress: {requestTimeout: 1fortnight}", false),
        Arguments.of("ingress: {requestTimeout: PT5S}", true),
        Arguments.of("ingress: {maxBodySize: 2MB}", false),
        Arguments.of("ingress: {unknown: 1}", false),
        Arguments.of("ingress: {trustedProxies: [10.0.0.0/8], proxyProtocol: true}", true),
        Arguments.of("ingress: {trustedProxies: [somewhere]}", false),
        Arguments.of("ingress: {trustedProxies: 10.0.0.0/8}", false),
        Arguments.of("ingress: {proxyProtocol: maybe}", false),
        Arguments.of("ingress: {tls: {certificate: a, key: b, minVersion: \"1.1\"}}", false),
        Arguments.of("admin: {listen: \"127.0.0.1:0\", token: x}", true),
        Arguments.of("admin: {auditFile: audit.jsonl}", true),
        Arguments.of("admin: {auditFile: [a]}", false),
        Arguments.of("admin: {port: 1}", false),
        Arguments.of("verification: {keys: [{scheme: ed25519, publicKey: ghl}], apps: [a]}", true),
        Arguments.of("verification: {keys: [{scheme: hmac, publicKey: ghl}]}", false),
        Arguments.of("verification: {keys: [{publicKey: ghl}]}", false),
        Arguments.of("verification: {keys: [{scheme: ed25519}]}", false),
        Arguments.of("verification: {keys: []}", false),
        Arguments.of("store: {memory: {}, retention: 1d}", true),
        Arguments.of("store: {memory: {}, rocksdb: {path: x}}", false),
        Arguments.of("store: {postgres: {}}", false),
        Arguments.of("store: {postgres: {url: \"postgresql://db:5432/relay\"}}", true),
        Arguments.of(
            "store: {postgres: {url: \"postgresql://db/relay?ssl=true\", user: me, name: relay-1}}",
            true),
        Arguments.of("store: {postgres: {url: \"mysql://db/relay\"}}", false),
        Arguments.of("store: {postgres: {url: \"postgresql://db/r\", name: \"a b\"}}", false),
        Arguments.of(
            "store: {rocksdb: {}, postgres: {url: \"postgresql://db/r\"}, engine: postgres}", true),
        Arguments.of("store: {rocksdb: {}, postgres: {url: \"postgresql://db/r\"}}", false),
        Arguments.of("store: {rocksdb: {}, engine: postgres}", false),
        Arguments.of("store: {memory: {}, engine: memory}", true),
        Arguments.of(
            "retryPolicies: {p: {extends: ghl-current, factor: 1.5, maxRetries: 3}}", true),
        Arguments.of("retryPolicies: {p: {factor: 0.5}}", false),
        Arguments.of("retryPolicies: {p: {jitter: {on: always}}}", false),
        Arguments.of("retryPolicies: {p: {timeline: straight}}", false),
        Arguments.of("retryPolicies: {p: {retryOn: [429, 5xx, timeout]}}", true),
        Arguments.of("retryPolicies: {p: {retryOn: [6xx]}}", false),
        Arguments.of("retryPolicies: {ghl-2025: {}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", concurrency: 4097}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", ordering: contact}}", true),
        Arguments.of("targets: {a: {url: \"https://x/\", ordering: company}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", breaker: {}}}", true),
        Arguments.of(
            "targets: {a: {url: \"https://x/\", breaker: {failureRate: 62.5%, window: 9, minCalls:"
                + " 9, openFor: 1m, trials: 1}, catchUp: {from: 2, over: 0s}}}",
            true),
        Arguments.of("targets: {a: {url: \"https://x/\", breaker: {failureRate: 0.5}}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", breaker: {window: 0}}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", breaker: {opens: 1s}}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", catchUp: {over: soon}}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\", catchUp: 30s}}", false),
        Arguments.of("targets: {a: {timeout: 1s}}", false),
        Arguments.of("targets: {a b: {url: \"https://x/\"}}", false),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], types: [x]}]", true),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], type: [x]}]", false),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{to: []}]", false),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], types: []}]", false),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{name: a}]", false),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], direct: true}]", true),
        Arguments.of("targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], direct: 1}]", false),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], direct: true, stop: true}]",
            true),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}}\nroutes: [{to: [a], direct: true, stop: false}]",
            false),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}, b: {url: \"https://x/\"}}\n"
                + "routes: [{to: [a, b], direct: false}]",
            true),
        Arguments.of(
            "targets: {a: {url: \"https://x/\"}, b: {url: \"https://x/\"}}\n"
                + "routes: [{to: [a, b], direct: true}]",
            false),
        Arguments.of("- a", false));
  }

  static Schema schema() throws IOException {
    try (InputStream in = ConfigLoader.class.getResourceAsStream("/schema/relay.schema.json")) {
      assertThat(in).as("the schema is in the jar").isNotNull();
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(in);
    }
  }

  static JsonNode json(String yaml) {
    return new ObjectMapper()
        .valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }

  @Test
  void tlsIsReadWithItsFilesAndTheySpeakForThemselves() throws Exception {
    TestCertificates.valid().write(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    String tls = "ingress: {tls: {certificate: chain.pem, key: %s, minVersion: 1.3}}\n";

    IngressConfig ingress = load(tls.formatted("key.pem")).ingress();

    assertThat(ingress.tls())
        .isEqualTo(
            new IngressConfig.Tls(
                folder.resolve("chain.pem"), folder.resolve("key.pem"), TlsVersion.TLS_1_3));
    assertThat(schema().validate(json(tls.formatted("key.pem")))).isEmpty();
    assertThatThrownBy(() -> load(tls.formatted("chain.pem")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("relay.yaml:1:30: ingress.tls.certificate: ")
        .hasMessageContaining("PKCS#8, not encrypted");
  }

  @Test
  void targetsMayBeHeldToPublicAddresses() throws Exception {
    String target =
        "targets: {crm: {url: \"https://crm.example.com/\"%s}}\nroutes: [{to: [crm]}]\n";
    assertThat(addresses(target.formatted(""))).isEqualTo(AddressRule.DEFAULT);
    assertThat(addresses("targetNetworks: public\n" + target.formatted(", allowLinkLocal: true")))
        .isEqualTo(new AddressRule(true, true));
    assertThatThrownBy(() -> addresses("targetNetworks: private\n" + target.formatted("")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("targetNetworks")
        .hasMessageContaining("expected: any or public");
  }

  @Test
  void directRoutesThatAreHardlyMeantAreWarnedOf() throws Exception {
    String targets = "targets: {a: {url: \"https://x/\"}, b: {url: \"https://y/\"}}\n";

    assertThat(warnings(targets + "routes: [{types: [T], to: [a]}, {to: [b], direct: true}]\n"))
        .isEmpty();
    assertThat(warnings(targets + "routes: [{name: all, to: [a]}, {to: [b], direct: true}]\n"))
        .singleElement()
        .satisfies(
            warning -> {
              assertThat(warning.message())
                  .contains("'route-2' never takes an event: 'all' before it takes them all");
              assertThat(warning.line()).isEqualTo(2);
              assertThat(warning.column()).isEqualTo(32);
            });
    assertThat(warnings(targets + "routes: [{name: all, to: [a], direct: true}, {to: [b]}]\n"))
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning.message())
                    .contains("'route-2' never takes an event: 'all' before it takes them all"));
    assertThat(
            warnings(
                targets
                    + "routes: [{types: [T], to: [a], direct: true},"
                    + " {name: rest, to: [b, a]}]\n"))
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning.message())
                    .contains("target 'a' gets stored events too, by route 'rest'"));
  }

  private List<ConfigProblem> warnings(String yaml) throws Exception {
    return load(yaml).warnings();
  }

  @Test
  void readsOrderBreakerAndRamp() throws Exception {
    assertThat(flow("")).isEqualTo(FlowConfig.DEFAULT);
    assertThat(flow(", ordering: location, breaker: {}, catchUp: {from: 4}"))
        .isEqualTo(
            new FlowConfig(
                FlowConfig.Ordering.LOCATION,
                new FlowConfig.Breaker(50, 20, 10, Duration.ofSeconds(30), 3),
                new FlowConfig.CatchUp(4, Duration.ofSeconds(30))));
    assertThat(flow(", breaker: {failureRate: 62.5%, window: 5, openFor: 1m, trials: 1}").breaker())
        .isEqualTo(new FlowConfig.Breaker(62.5, 5, 5, Duration.ofMinutes(1), 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ordering: company | targets.a.ordering: 'company' (expected: none, location, contact)",
        "breaker: {failureRate: 50} | breaker.failureRate: '50' (expected: a share such as 50%)",
        "breaker: {failureRate: 101%} | breaker.failureRate: 101% (expected: 1%..100%)",
        "breaker: {window: 5, minCalls: 6} | breaker.minCalls: 6 (expected: 1..5)",
        "breaker: {openFor: 2h} | breaker.openFor: 2h (expected: 100ms..1h)",
        "breaker: {wait: 2s} | unknown key 'wait' in targets.a.breaker",
        "concurrency: 4, catchUp: {from: 5} | catchUp.from: 5 (expected: 1..4)"
      })
  void saysWhatIsWrongWithOrderBreakerAndRamp(String settingAndMessage) {
    String[] parts = settingAndMessage.split(" \\| ", 2);
    assertThatThrownBy(() -> flow(", " + parts[0]))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(parts[1]);
  }

  private FlowConfig flow(String settings) throws Exception {
    String yaml = "targets: {a: {url: \"https://x.example/\"%s}}\nroutes: [{to: [a]}]\n";
    return Objects.requireNonNull(load(yaml.formatted(settings)).targets().get("a")).flow();
  }

  private AddressRule addresses(String yaml) throws Exception {
    return Objects.requireNonNull(load(yaml).targets().get("crm")).addresses();
  }
}
