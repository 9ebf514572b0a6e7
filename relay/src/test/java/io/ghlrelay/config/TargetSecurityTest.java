package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ghlrelay.PrivatePki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the loader takes under a target's {@code auth} and {@code tls}, and what it refuses. */
class TargetSecurityTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("SECRET", "s3cret", "EMPTY", "", "BROKEN", "s3c\nret");

  @TempDir private static Path folder;

  @BeforeAll
  static void writeFiles() throws Exception {
    PrivatePki pki = new PrivatePki();
    X509Bundle client = pki.client("relay");
    pki.writeAuthority(folder.resolve("ca.pem"));
    PrivatePki.write(client, folder, "client");
    PrivatePki.write(pki.server(), folder, "other");
    Files.writeString(folder.resolve("secret"), "s3cret\n");
    Files.writeString(folder.resolve("two-lines"), "s3c\nret\n");
    Files.writeString(folder.resolve("garbage.pem"), "nothing of the kind\n");
    Files.writeString(folder.resolve("empty.pem"), "");
    Files.writeString(
        folder.resolve("old.key"),
        client.getPrivateKeyPEM().replace("PRIVATE KEY", "RSA PRIVATE KEY"));
    Files.writeString(
        folder.resolve("cut.key"),
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n");
  }

  private Path write(String options) throws IOException {
    return Files.writeString(
        folder.resolve("relay.yaml"), "targets:\n  crm: {url: \"https://x/\", " + options + "}\n");
  }

  private TargetConfig target(String options) throws Exception {
    RelayConfig config = new ConfigLoader(ENVIRONMENT, Map.of()).load(write(options));
    assertThat(config.toString()).doesNotContain("s3cret");
    return Objects.requireNonNull(config.targets().get("crm"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "passwordFile: secret",
        "password: \"${SECRET}\"",
        "password: \"${SECRET:-}\"",
        "password: \"${file:secret}\""
      })
  void takesASecretFromAFileOrTheEnvironment(String secret) throws Exception {
    assertThat(target("auth: {basic: {user: ann, " + secret + "}}").auth())
        .isEqualTo(new TargetAuth.Basic(new Secret("ann"), new Secret("s3cret")));
  }

  @Test
  void readsABearerTokenAndTheWholeOfOAuth2() throws Exception {
    assertThat(target("auth: {bearer: {tokenFile: secret}}").auth())
        .isEqualTo(new TargetAuth.Bearer(new Secret("s3cret")));
    assertThat(
            target(
                    "auth: {oauth2: {tokenUrl: \"https://login/t?a=b\", clientId: relay,"
                        + " clientSecretFile: secret, scope: \"a b\", audience: crm,"
                        + " authenticate: body, tls: {minVersion: 1.3}}}")
                .auth())
        .isEqualTo(
            new TargetAuth.OAuth2(
                URI.create("https://login/t?a=b"),
                "relay",
                new Secret("s3cret"),
                "a b",
                "crm",
                TargetAuth.Authenticate.BODY,
                new TargetTls(null, null, TargetTls.Version.TLS_1_3, null)));
  }

  @Test
  void readsTheWholeOfTls() throws Exception {
    TargetTls tls =
        Objects.requireNonNull(
            target(
                    "tls: {caFile: ca.pem, systemRoots: true, certificateFile: client.pem,"
                        + " keyFile: client.key, minVersion: 1.3, serverName: crm.internal}")
                .tls());

    TargetTls.Trust trust = Objects.requireNonNull(tls.trust());
    assertThat(trust.systemRoots()).isTrue();
    assertThat(trust.certificates()).hasSize(1);
    TargetTls.Identity identity = Objects.requireNonNull(tls.identity());
    assertThat(identity.chain().get(0).getSubjectX500Principal().getName()).isEqualTo("CN=relay");
    assertThat(identity.key().getAlgorithm()).isEqualTo("EC");
    assertThat(tls.minVersion()).isEqualTo(TargetTls.Version.TLS_1_3);
    assertThat(tls.serverName()).isEqualTo("crm.internal");
    assertThat(tls.toString()).doesNotContain("modulus").doesNotContain("exponent");
  }

  @Test
  void aChangedFileIsAnotherTlsAndTheSameFileIsNot() throws Exception {
    String options = "tls: {caFile: ca.pem, certificateFile: changing.pem, keyFile: changing.key}";
    PrivatePki.write(new PrivatePki().client("relay"), folder, "changing");
    TargetTls first = target(options).tls();
    assertThat(target(options).tls()).isEqualTo(first);

    PrivatePki.write(new PrivatePki().client("relay"), folder, "changing");
    assertThat(target(options).tls()).isNotEqualTo(first);
  }

  /** Each with the place of the error marked. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "auth: {basic: {user: ann, password: @s3cret}} | a secret does not stand in the file",
        "auth: {basic: {user: ann, password: @\"${SECRET}x\"}} | does not stand in the file",
        "auth: {basic: {user: ann, password: @\"${NO:-s3cret}\"}} | does not stand in the file",
        "auth: {bearer: {token: @s3cret}} | a secret does not stand in the file",
        "auth: {bearer: {token: @\"${EMPTY}\"}} | auth.bearer.token: is empty",
        "auth: {bearer: {token: @\"${BROKEN}\"}} | has line breaks",
        "auth: {bearer: {token: @\"${NO}\"}} | NO is not set",
        "auth: {bearer: {tokenFile: @nowhere}} | nowhere cannot be read",
        "auth: {bearer: {tokenFile: @two-lines}} | has line breaks",
        "auth: {bearer: {token: \"${SECRET}\", tokenFile: @secret}} | give either tokenFile",
        "auth: {bearer: @{}} | give either tokenFile or token",
        "auth: @{} | exactly one of auth.basic, auth.bearer, auth.oauth2",
        "auth: @{bearer: {tokenFile: secret}, basic: {}} | exactly one of",
        "auth: {@digest: {}} | unknown key 'digest'",
        "auth: {basic: @{passwordFile: secret}} | auth.basic.user: is missing",
        "auth: {basic: {user: @\"a:b\", passwordFile: secret}} | without a colon",
        "headers: {authorization: x}, auth: @{bearer: {tokenFile: secret}} | not both",
        "auth: {oauth2: {tokenUrl: @\"ftp://x\", clientId: a, clientSecretFile: secret}} | http://",
        "auth: {oauth2: @{clientId: a, clientSecretFile: secret}} | tokenUrl: is missing",
        "auth: {oauth2: @{tokenUrl: \"https://x\", clientSecretFile: secret}} | clientId: is"
            + " missing",
        "tls: {caFile: @nowhere.pem} | nowhere.pem cannot be read",
        "tls: {caFile: @garbage.pem} | holds no certificate",
        "tls: {caFile: @empty.pem} | holds no certificate",
        "tls: {systemRoots: @true} | goes with caFile",
        "tls: {certificateFile: @client.pem} | go together",
        "tls: {keyFile: @client.key} | go together",
        "tls: {certificateFile: client.pem, keyFile: @other.key} | is not the key of",
        "tls: {certificateFile: client.pem, keyFile: @old.key} | openssl pkcs8 -topk8 -nocrypt",
        "tls: {certificateFile: client.pem, keyFile: @cut.key} | holds no RSA, EC or Ed25519 key",
        "tls: {minVersion: @1.1} | expected: 1.2 or 1.3",
        "tls: {serverName: @\"a b\"} | is not a host name",
      })
  void saysWhatIsWrongAndWhereButNoSecret(String marked, String words) throws Exception {
    Path file = write(marked.replace("@", ""));
    int column = "  crm: {url: \"https://x/\", ".length() + marked.indexOf('@') + 1;

    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> new ConfigLoader(ENVIRONMENT, Map.of()).load(file));

    assertThat(refused.problems())
        .as(refused.getMessage())
        .anySatisfy(
            problem -> {
              assertThat(problem.message()).contains(words);
              assertThat(List.of(problem.line(), problem.column())).isEqualTo(List.of(2, column));
            });
    assertThat(refused).hasMessageNotContaining("s3c");
  }

  @Test
  void tlsIsForHttpsAlone() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"), "targets: {crm: {url: \"http://127.0.0.1/\", tls: {}}}");

    assertThat(
            catchThrowableOfType(
                ConfigException.class, () -> new ConfigLoader(Map.of(), Map.of()).load(file)))
        .hasMessageContaining("relay.yaml:1:48")
        .hasMessageContaining("tls is for https:// only");
  }

  @Test
  void noSecretCanBeGivenAsAFlag() throws Exception {
    Path file = write("auth: {bearer: {}}");

    assertThat(
            catchThrowableOfType(
                ConfigException.class,
                () ->
                    new ConfigLoader(Map.of(), Map.of("targets.crm.auth.bearer.token", "s3cret"))
                        .load(file)))
        .hasMessageContaining("does not stand in the file")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "auth: {basic: {user: ann, passwordFile: secret}} | true",
        "auth: {basic: {user: ann, password: \"${file:secret}\"}} | true",
        "auth: {basic: {user: ann, password: s3cret}} | false",
        "auth: {basic: {user: ann, password: \"${NO:-s3cret}\"}} | false",
        "auth: {basic: {user: ann}} | false",
        "auth: {basic: {passwordFile: secret}} | false",
        "auth: {bearer: {tokenFile: secret}} | true",
        "auth: {bearer: {tokenFile: secret, token: \"${file:secret}\"}} | false",
        "auth: {bearer: {tokenFile: secret}, basic: {user: a, passwordFile: secret}} | false",
        "auth: {} | false",
        "auth: {oauth2: {tokenUrl: \"https://x/\", clientId: a, clientSecretFile: secret}} | true",
        "auth: {oauth2: {tokenUrl: \"https://x/\", clientId: a}} | false",
        "auth: {oauth2: {tokenUrl: \"https://x/\", clientId: a, clientSecretFile: secret,"
            + " authenticate: form}} | false",
        "auth: {oauth2: {tokenUrl: \"https://x/\", clientId: a, clientSecretFile: secret,"
            + " scope: s, audience: b, authenticate: body, tls: {caFile: ca.pem}}} | true",
        "tls: {} | true",
        "tls: {caFile: ca.pem, systemRoots: true, minVersion: 1.3, serverName: a.b} | true",
        "tls: {minVersion: \"1.2\"} | true",
        "tls: {minVersion: 1.1} | false",
        "tls: {systemRoots: true} | false",
        "tls: {certificateFile: client.pem} | false",
        "tls: {certificateFile: client.pem, keyFile: client.key} | true",
        "tls: {insecure: true} | false",
      })
  void schemaAndLoaderAgree(String options, boolean good) throws Exception {
    boolean loaded;
    try {
      target(options);
      loaded = true;
    } catch (ConfigException e) {
      loaded = false;
    }
    assertThat(loaded).as("loader").isEqualTo(good);
    String yaml = Files.readString(folder.resolve("relay.yaml"));
    assertThat(ConfigLoaderTest.schema().validate(ConfigLoaderTest.json(yaml)).isEmpty())
        .as("schema")
        .isEqualTo(good);
  }
}
