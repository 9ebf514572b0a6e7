package io.ghlrelay.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

@Timeout(60)
class MainTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir private Path folder;
  private SinkServer sink;
  private String to;
  private String keys;
  private String out = "";
  private String err = "";

  @BeforeEach
  void start() throws IOException {
    sink = SinkServer.configure().start();
    to = sink.url("/hook").toString();
    Path made = folder.resolve("keys");
    SigningKeys.shared().write(made);
    keys = made.toString();
  }

  @AfterEach
  void stop() throws IOException {
    sink.close();
  }

  private int run(String... words) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    int code =
        Main.run(
            new Terminal(
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8),
                false),
            words);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void theHelpBeginsWithExamplesAndListsExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out).startsWith("Examples:").contains("certify", "Exit codes: 0 all is well");
    for (String verb :
        List.of(
            "keygen", "simulate", "schedule", "sink", "certify", "bench", "flood", "campaign")) {
      assertThat(run(verb, "--help")).isZero();
      assertThat(out).startsWith("Examples:\n  conformance " + verb);
    }
    assertThat(run()).isEqualTo(2);
    assertThat(run("--version")).isZero();
  }

  @Test
  void simulateDrawsWhatHappened() {
    sink.script(FaultScript.parse("attempt 1-2: status 503"));

    assertThat(
            run(
                "simulate",
                "--to",
                to,
                "--keys",
                keys,
                "--speed",
                "virtual",
                "--seed",
                "42",
                "--assert",
                "delivered",
                "--assert=attempts==3"))
        .isZero();

    assertThat(out)
        .contains("delivered after 3 attempts", "14.273", "1 events: 1 delivered, 0 dead");
    assertThat(err).contains("seed 42", "profile ghl-2025");
  }

  @Test
  void aBrokenAssertionIsAFailureAndAReport() throws Exception {
    sink.script(FaultScript.parse("*: status 500"));
    Path report = folder.resolve("deep/report.xml");

    assertThat(
            run(
                "simulate",
                "--to",
                to,
                "--keys",
                keys,
                "--speed",
                "virtual",
                "--event",
                "ContactCreate,InvoicePaid",
                "--assert",
                "attempts<=3",
                "--report",
                report.toString()))
        .isEqualTo(1);

    assertThat(err).contains("FAILED ContactCreate", "FAILED InvoicePaid", "expected: attempts<=3");
    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getDocumentElement();
    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("failures")).isEqualTo("2");
    assertThat(suite.getElementsByTagName("failure").item(0).getTextContent())
        .contains("exhausted");
  }

  @Test
  void jsonIsOneDeliveryALine() throws Exception {
    assertThat(
            run(
                "simulate",
                "--to",
                to,
                "--keys",
                keys,
                "--speed",
                "virtual",
                "--event",
                "all",
                "--style",
                "mixed",
                "--json"))
        .isZero();

    List<String> lines = out.lines().toList();
    assertThat(lines).hasSize(73);
    JsonNode first = JSON.readTree(lines.get(0));
    assertThat(first.path("state").asText()).isEqualTo("delivered");
    assertThat(first.path("planMs")).hasSize(11);
    assertThat(sink.count()).isEqualTo(73);
  }

  @Test
  void aRateSpreadsEventsOverTime() {
    assertThat(
            run(
                "simulate",
                "--to",
                to,
                "--keys",
                keys,
                "--speed",
                "virtual",
                "--count",
                "50",
                "--rate",
                "10",
                "--location",
                "ve9EPM428h8vShlRW1KT",
                "--size",
                "2KiB"))
        .isZero();

    assertThat(out).contains("50 events: 50 delivered", "4.9 s of the platform's time");
    assertThat(sink.requests()).allSatisfy(one -> assertThat(one.body()).hasSize(2048));
    assertThat(sink.requests().get(7).text()).contains("\"locationId\":\"ve9EPM428h8vShlRW1KT\"");
  }

  @Test
  void ownBodiesAreSentByteForByte() throws Exception {
    Path body = folder.resolve("event.json");
    Files.writeString(body, "{ \"type\":\"Mine\", \"webhookId\" : \"w-1\" }\n");

    assertThat(
            run(
                "simulate",
                "--to",
                to,
                "--keys",
                keys,
                "--speed",
                "600x",
                "--body",
                body.toString(),
                "--signature",
                "both"))
        .isZero();

    assertThat(sink.requests().get(0).body()).isEqualTo(Files.readAllBytes(body));
    assertThat(sink.requests().get(0).header("X-WH-Signature")).hasSize(684);
    assertThat(out).contains("Mine w-1");
  }

  @Test
  void whatNobodyPublishesIsSaidToBeAssumedUntilGiven() throws Exception {
    run("schedule", "--profile", "ghl-current");
    assertThat(err).contains("ASSUMED", "minBackoff of 10 s", "maxBackoff of 1 h", "2026-04-30");

    run(
        "schedule",
        "--profile",
        "ghl-current",
        "--min-backoff",
        "30s",
        "--max-backoff",
        "2h",
        "--min-jitter",
        "0s",
        "--max-jitter",
        "5s",
        "--max-duration",
        "2d",
        "--json",
        "--seed",
        "1");
    JsonNode json = JSON.readTree(out);
    assertThat(json.path("assumed")).isEmpty();
    assertThat(json.path("offsetsMs")).hasSize(13);
    assertThat(json.path("seed").asInt()).isEqualTo(1);
  }

  @Test
  void theScheduleIsTheGuidesExample() {
    assertThat(run("schedule", "--jitter", "3s")).isZero();

    assertThat(out.lines().skip(1).map(line -> line.strip().split("\\s+")[1]))
        .containsExactly("0", "3", "13", "23", "43", "83", "163", "323", "643", "1283", "2563");
  }

  @Test
  void keysAreNeverOverwritten() {
    String fresh = folder.resolve("fresh").toString();
    assertThat(run("keygen", "--out", fresh)).isZero();
    assertThat(out.lines()).hasSize(2);
    assertThat(run("keygen", "--out", fresh)).isEqualTo(74);
    assertThat(err).contains("nothing is overwritten");
  }

  @Test
  void certifySaysWhatIsWrongAndWhatToDo() throws Exception {
    Path report = folder.resolve("certify.xml");

    assertThat(run("certify", to, "--keys", keys, "--report", report.toString())).isEqualTo(1);
    assertThat(out).contains("FAIL  unsigned", "in production", "to do", "findings");
    assertThat(Files.readString(report)).contains("testcase classname=\"certify");

    assertThat(run("certify", to, "--keys", keys, "--json", "--seed", "3")).isEqualTo(1);
    JsonNode json = JSON.readTree(out);
    assertThat(json.path("findings").findValuesAsText("id"))
        .containsExactlyInAnyOrder(
            "unsigned",
            "wrong-key",
            "tampered",
            "reformatted",
            "reordered",
            "malformed-signature",
            "no-fallback");
    assertThat(json.path("score").asInt()).isBetween(1, 99);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | simulat | no such verb: simulat (expected: one of keygen, simulate",
        "2 | simulate --tto x | --tto: no such option (did you mean --to?)",
        "2 | simulate --to | --to: needs a value (expected: URL)",
        "2 | simulate --wrapped=yes | --wrapped: takes no value",
        "2 | simulate --keys KEYS | --to: missing",
        "2 | simulate --to ftp://x --keys KEYS | --to: ftp://x (expected: http(s)://host/path)",
        "2 | simulate --to TO --keys KEYS --event ContactCreated | did you mean ContactCreate?",
        "2 | simulate --to TO --keys KEYS --count 0 | --count: 0 (expected: 1 to 100000)",
        "2 | simulate --to TO --keys KEYS --count many | --count: 'many' (expected: a number)",
        "2 | simulate --to TO --keys KEYS --speed fast | --speed: 'fast' (expected: 1x, 600x",
        "2 | simulate --to TO --keys KEYS --speed 0x | speed: 0.0",
        "2 | simulate --to TO --keys KEYS --script boom | --script: fault script, rule 1 `boom`",
        "2 | simulate --to TO --keys KEYS --signature hmac | --signature: signature: hmac",
        "2 | simulate --to TO --keys KEYS --profile ghl | --profile: profile: ghl (expected: one of",
        "2 | simulate --to TO --keys KEYS --assert happy | --assert: 'happy' (expected: delivered",
        "2 | simulate --to TO --keys KEYS --style odd | --style: style: odd (expected: plain, hard",
        "2 | simulate --to TO --keys KEYS --rate -1 | --rate: -1.0 (expected: more than 0",
        "2 | simulate --to TO --keys KEYS --rate NaN | --rate: NaN (expected",
        "2 | simulate --to TO --keys KEYS --size 3 | --size: '3' (expected: a size",
        "2 | simulate --to TO --keys KEYS --max-backoff 1s | maxBackoff",
        "2 | simulate TO | what is it?",
        "66 | simulate --to TO --keys nowhere | make keys first: keygen --out nowhere",
        "66 | simulate --to TO --keys KEYS --body nowhere.json | there is no file nowhere.json",
        "2 | certify | certify: needs one URL",
        "69 | certify http://127.0.0.1:1/ --keys KEYS | nobody answers at http://127.0.0.1:1/",
        "2 | sink --listen 70000 | --listen: '70000' (expected: HOST:PORT",
        "2 | bench --keys KEYS | --to: missing (expected: --to URL)",
        "2 | bench --to https://127.0.0.1:1/ --keys KEYS | (expected: http://HOST:PORT/PATH)",
        "2 | bench --to TO --keys KEYS --signature none | (expected: ed25519 or rsa)",
        "2 | bench --to TO --keys KEYS --count 0 | --count: 0 (expected: 1 to 10000000)",
        "74 | bench --to http://127.0.0.1:1/ --keys KEYS --count 1 --warm-up 0 | refused",
        "2 | campaign --faults 3 | --relay: missing (expected: --relay COMMAND)",
        "2 | campaign --relay x --only kill,fire | --only: 'fire' (expected: some of kill, stop",
        "2 | campaign --relay x --faults 10 --events 9 | --events: 9 (expected: 10 to",
        "2 | campaign --relay x --rate 0 | --rate: 0.0 (expected: at most 1000000",
        "74 | campaign --relay x --work KEYS | is not empty, and not of an earlier campaign",
        "2 | schedule --jitter 3 | --jitter: '3' (expected: a duration",
      })
  void whatIsWrongIsSaid(int code, String line, String message) {
    String[] words = line.replace("KEYS", keys).replace("TO", to).split(" ");

    assertThat(run(words)).as(err).isEqualTo(code);
    assertThat(err).contains(message);
    assertThat(sink.count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa", "both", "n/a", "none", "forged"})
  void everySignatureModeHasAName(String mode) {
    assertThat(
            run("simulate", "--to", to, "--keys", keys, "--speed", "virtual", "--signature", mode))
        .isZero();
    assertThat(sink.count()).isEqualTo(1);
  }
}
