package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.config.ConfigLoaderTest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The command line: exit codes, what goes to stdout and what to stderr. */
class MainTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String file(String name, String content) throws Exception {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  static Stream<Arguments> badConfigs() {
    return ConfigLoaderTest.badConfigs();
  }

  @ParameterizedTest
  @MethodSource("badConfigs")
  void checkExitsWith78AndThePlaceOfTheProblem(String yaml, int line, int column, String words)
      throws Exception {
    String config = file("relay.yaml", yaml);

    assertThat(run("check", "-c", config)).isEqualTo(78);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains(config + ":" + line + ":" + column + ": ").contains(words);
  }

  @Test
  void helpSaysWhatEachVerbIsFor() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("  serve      Run the relay.")
        .contains("  completion Print ")
        .doesNotContain("replay     Examples");
  }

  @Test
  void serveRefusesABadConfigurationToo() throws Exception {
    assertThat(run("serve", "-c", file("relay.yaml", "nonsense: 1\n"))).isEqualTo(78);
  }

  @Test
  void checkSaysOkAndWarns() throws Exception {
    assertThat(run("check", "-c", file("relay.yaml", ""))).isZero();
    assertThat(out.toString()).isEqualTo("ok: 0 targets, 0 routes, 2 keys\n");
    assertThat(err.toString()).contains("warning: ").contains("no targets");
    assertThat(run("check", "-c", folder.resolve("none.yaml").toString())).isEqualTo(66);
    assertThat(run("check", "-c", Path.of("..", "configs", "direct.yaml").toString())).isZero();
    assertThat(out.toString()).endsWith("ok: 2 targets, 2 routes (1 direct), 2 keys\n");
  }

  @Test
  void verifyTellsGenuineFromForged() throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String config =
        file(
            "relay.yaml",
            "verification: {keys: [{scheme: ed25519, publicKey: \""
                + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\"}]}\ntargets: {crm: {url: \"https://x/\"}}\n"
                + "routes: [{companies: [c], to: [crm]}, {name: p, to: [crm], direct: true}]\n");
    String body = file("body.json", "{\"a\": 1}");
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(keys.getPrivate());
    signer.update("{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
    String header = "x-ghl-signature: " + Base64.getEncoder().encodeToString(signer.sign());

    assertThat(run("verify", "-c", config, "--header", header, body)).isZero();
    assertThat(out.toString())
        .startsWith("genuine: ed25519")
        .endsWith("\ngoes directly to crm (route p); nothing is stored\n");

    assertThat(run("verify", "-c", config, "--header", header, file("other.json", "{\"a\":1}")))
        .isEqualTo(1);
    assertThat(out.toString()).contains("fits none of the keys");
    assertThat(run("verify", "-c", config, body)).isEqualTo(1);
    assertThat(out.toString()).contains("no signature header");
  }

  @Test
  void scheduleShowsTheGuidesExample() {
    assertThat(run("schedule", "--jitter", "3s", "--json")).isZero();
    assertThat(out.toString())
        .contains("{\"number\":1,\"offsetMs\":3000},{\"number\":2,\"offsetMs\":13000}")
        .contains("{\"number\":10,\"offsetMs\":2563000}");
    assertThat(run("schedule", "--policy", "ghl-current")).isZero();
    assertThat(out.toString()).contains("assumed: minBackoff");
    assertThat(run("schedule", "--policy", "none")).isEqualTo(2);
  }

  @Test
  void aMissingRelayIsSaidSo() {
    assertThat(run("readyz", "--admin", "http://127.0.0.1:9")).isEqualTo(69);
    assertThat(err.toString()).contains("no relay answers at http://127.0.0.1:9");
    assertThat(run("replay", "--admin", "http://127.0.0.1:9")).isEqualTo(2);
  }

  @Test
  void helpBeginsWithExamplesAndVersionNamesTheBuild() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .startsWith("Examples:")
        .containsPattern("(?m)^ *0 +ok$")
        .containsPattern("(?m)^ *78 +bad configuration$");
    for (String verb :
        new String[] {
          "serve",
          "check",
          "verify",
          "schedule",
          "events",
          "show",
          "replay",
          "targets",
          "relays",
          "readyz",
          "completion",
          "man"
        }) {
      assertThat(run(verb, "--help")).as(verb).isZero();
    }
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).contains("GHL Relay ");
    assertThat(run()).isEqualTo(2);
  }
}
