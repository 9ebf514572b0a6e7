package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret that is written wrongly is complained of, but not printed. */
class SecretsInProblemsTest {
  private static final String SECRET = "planted0secret1value2xyz";

  @TempDir private Path folder;

  /** Everything that loading prints: problems, warnings, and the exception as a log would. */
  private List<String> printed(String yaml, Map<String, String> flags) throws Exception {
    Path file = Files.writeString(folder.resolve("relay.yaml"), yaml);
    List<String> printed = new ArrayList<>();
    try {
      RelayConfig config = new ConfigLoader(Map.of("KEY_IN_ENVIRONMENT", "x"), flags).load(file);
      config.warnings().forEach(warning -> printed.add(warning.toString()));
    } catch (ConfigException e) {
      e.problems().forEach(problem -> printed.add(problem.toString()));
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      printed.add(trace.toString());
    }
    return printed;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "admin: {token:#}",
        "admin: {token #}",
        "admin: {token: [#]}",
        "admin: {token: {a: #}}",
        "admin: {token: *#}",
        "admin: {token: !#!x y}",
        "admin: {token: !<#}",
        "admin: {token: @#}",
        "admin: {token: `#`}",
        "admin: {token: %#}",
        "admin: {token: &# *x}",
        "admin: {token: '#}",
        "admin: {token: '#' '#'}",
        "admin: {token: \"\\x#\"}",
        "admin: {token: \"${file:none}#\"}",
        "admin: {token: \"#${\"}",
        "admin: #",
        "admin: [#]",
        "admin:\n  token:#\n",
        "admin:\n  token:#\n  listen: \"127.0.0.1:1\"\n",
        "admin:\n  token: #\n token: #\n",
        "admin: {token: #, token: #}",
        "admin: {token:#: 1, token:#: 2}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key:#}}}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key: [#]}}}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key: {b: #}}}}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key: \"#é\"}}}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key: \"#\\n\"}}}",
        "targets: {a: {url: \"https://x/\", headers: {X-Key: \"#${NOT_SET}\"}}}",
        "targets: {a: {url: \"https://x/\", headers: {\"X Key\": #}}}",
        "targets: {a: {url: \"https://x/\", headers: {Host: #}}}",
        "targets: {a: {url: \"https://x/\", headers: #}}",
        "targets: {a: {url: \"https://x/\", headers: [#]}}",
        "targets: {a: {url: \"https://x/\", sign: #}}",
        "targets: {a: {url: \"https://x/\", sign: {secret: #}}}",
        "targets: {a: {url: \"https://x/\", sign: {secretFile: whsec_#}}}",
        "targets: {a: {url: \"https://x/\", sign: {secretFile: bad}}}",
        "targets: {a: {url: \"https://x/\", sign: {secretFile: bad, previousSecrets: #}}}",
        "targets: {a: {url: \"https://x/\", sign: {secretFile: bad, previousSecrets: [#]}}}",
        "targets: {a: {url: \"https://user:#@x/\"}}",
        "targets: {a: {url: \"https://x/?k=##f\"}}",
        "targets: {a: {url: \"https://x/ ?k=#\"}}",
        "targets: {a: {url: \"ftp://x/?k=#\"}}",
        "targets: {a: {url: \"http://example.com/?k=#\"}}",
        "targets: {a:#}"
      })
  void isNotPrinted(String yaml) throws Exception {
    Files.writeString(folder.resolve("bad"), SECRET);

    List<String> printed = printed(yaml.replace("#", SECRET), Map.of());

    assertThat(printed).as("complains").isNotEmpty();
    assertThat(printed).noneMatch(text -> text.contains(SECRET));
  }

  @Test
  void norWhereItComesByAFlag() throws Exception {
    assertThat(printed("", Map.of("admin.tokn", SECRET)))
        .isNotEmpty()
        .noneMatch(text -> text.contains(SECRET));
    assertThat(printed("", Map.of("admin.token", SECRET)))
        .anyMatch(text -> text.contains("--set admin.token: a secret on the command line"))
        .noneMatch(text -> text.contains(SECRET));
  }

  @Test
  void aForgottenSpaceIsToldOf() throws Exception {
    assertThat(printed("admin: {token:" + SECRET + "}", Map.of()).get(0))
        .contains("unknown key 'token...' in admin; did you mean 'token'? (a colon needs a space");
  }

  @Test
  void aSecretInTheConfigurationItselfIsWarnedOf() throws Exception {
    String target = "targets: {a: {url: \"https://x/\", headers: {%s: \"%s\"}}}";
    assertThat(printed("admin: {token: " + SECRET + "}", Map.of()))
        .anyMatch(text -> text.contains("relay.yaml:1:16: admin.token: a secret in the config"));
    assertThat(printed(target.formatted("X-Api-Key", SECRET), Map.of()))
        .anyMatch(text -> text.contains("targets.a.headers.X-Api-Key: a secret in the config"));
    for (String fine :
        List.of(
            "admin: {token: \"${KEY_IN_ENVIRONMENT}\"}",
            target.formatted("X-Api-Key", "${KEY_IN_ENVIRONMENT}"),
            target.formatted("X-Environment", "production"))) {
      assertThat(printed(fine, Map.of())).noneMatch(text -> text.contains("a secret"));
    }
  }

  @Test
  void aFileThatEveryUserMayReadIsWarnedOf() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), SECRET);
    Path signing =
        Files.writeString(folder.resolve("signing"), "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz");
    String yaml =
        """
        admin: {token: "${file:token}"}
        targets: {a: {url: "https://x/", sign: {secretFile: signing}}}
        """;
    allow(PosixFilePermissions.fromString("rw-r--r--"), token, signing);
    assertThat(printed(yaml, Map.of()))
        .anyMatch(text -> text.contains("relay.yaml:1:16: admin.token: every user"))
        .anyMatch(text -> text.contains("relay.yaml:2:") && text.contains("secretFile: every user"))
        .noneMatch(text -> text.contains(SECRET));

    allow(PosixFilePermissions.fromString("rw-r-----"), token, signing);
    assertThat(printed(yaml, Map.of())).noneMatch(text -> text.contains("every user"));
    assertThat(SecretHygiene.readableByAll(Path.of("/run/secrets/none"))).isNull();
  }

  private static void allow(Set<PosixFilePermission> permissions, Path... files) throws Exception {
    for (Path file : files) {
      Files.setPosixFilePermissions(file, permissions);
    }
  }
}
