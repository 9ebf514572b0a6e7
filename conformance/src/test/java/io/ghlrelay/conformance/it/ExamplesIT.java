package io.ghlrelay.conformance.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples for other languages, with the packaged kit; skipped where an interpreter is missing.
 */
@Timeout(180)
@Tag("once")
class ExamplesIT {
  private static final Path EXAMPLES = Path.of(System.getProperty("examples"));
  private final List<Process> processes = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    processes.forEach(Process::destroyForcibly);
  }

  private static String[] kit(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("conformance.jar")));
    command.addAll(Arrays.asList(words));
    return command.toArray(String[]::new);
  }

  private Process start(Path in, Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  /** The first line that has this in it; everything after is read away. */
  private static String line(Process process, String part) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    List<String> seen = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.add(line);
      if (line.contains(part)) {
        Thread rest = new Thread(() -> lines.lines().forEach(unused -> {}), "output");
        rest.setDaemon(true);
        rest.start();
        return line;
      }
    }
    throw new AssertionError("never printed \"" + part + "\": " + String.join("\n", seen));
  }

  private String run(int code, Path in, Map<String, String> environment, String... command)
      throws Exception {
    Process process = start(in, environment, command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(code);
    return output;
  }

  private void assume(String... command) throws Exception {
    boolean there = false;
    try {
      there = start(folder, Map.of(), command).waitFor(20, TimeUnit.SECONDS);
    } catch (IOException e) {
      there = false; // no such program
    }
    Assumptions.assumeTrue(there, "skipped: " + command[0] + " is not installed here");
  }

  private String control() throws IOException {
    Process simulator =
        start(folder, Map.of(), kit("simulate", "--listen", "127.0.0.1:0", "--speed", "virtual"));
    return line(simulator, "control API at ").replaceAll(".*control API at ([^,]+),.*", "$1");
  }

  @Test
  void pythonDrivesTheSimulator() throws Exception {
    assume("python3", "--version");
    assertThat(
            run(
                0,
                EXAMPLES.resolve("python"),
                Map.of("CONTROL", control(), "PYTHONDONTWRITEBYTECODE", "1"),
                "python3",
                "-m",
                "unittest",
                "test_control.py"))
        .contains("Ran 1 test", "OK");
  }

  @Test
  void nodeDrivesTheSimulator() throws Exception {
    assume("node", "--version");
    assertThat(
            run(
                0,
                EXAMPLES.resolve("node"),
                Map.of("CONTROL", control()),
                "node",
                "--test",
                "control.test.mjs"))
        .contains("pass 1", "fail 0");
  }

  @Test
  void theNodeHandlerHasNoFinding() throws Exception {
    assume("node", "--version");
    run(0, folder, Map.of(), kit("keygen"));
    Process handler =
        start(folder, Map.of("PORT", "0"), "node", EXAMPLES.resolve("node/handler.mjs").toString());
    String url = line(handler, "listening on ").replaceFirst(".*listening on ", "");

    assertThat(run(0, folder, Map.of(), kit("certify", url))).contains("Score 100 of 100");
    assertThat(
            run(
                0,
                folder,
                Map.of(),
                kit(
                    "simulate",
                    "--to",
                    url,
                    "--event",
                    "all",
                    "--style",
                    "mixed",
                    "--speed",
                    "virtual",
                    "--script",
                    "attempt 1-3: lose_answer",
                    "--assert",
                    "delivered",
                    "--assert",
                    "attempts==4")))
        .contains("73 events: 73 delivered, 0 dead; 292 attempts");
  }

  /** The findings that the kit's README lists. */
  @Test
  void theGuidesExpressHandlerHasTheFindingsOfTheReadme() throws Exception {
    assume("node", "--version");
    assume("npm", "--version");
    Path express = Files.createDirectory(folder.resolve("express"));
    for (String file : List.of("package.json", "handler.mjs")) {
      Files.copy(EXAMPLES.resolve("express").resolve(file), express.resolve(file));
    }
    Process npm =
        start(express, Map.of(), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
    String installed = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Assumptions.assumeTrue(npm.waitFor() == 0, "skipped: npm cannot fetch Express: " + installed);
    run(0, folder, Map.of(), kit("keygen"));
    Process handler =
        start(folder, Map.of("PORT", "0"), "node", express.resolve("handler.mjs").toString());
    String url = line(handler, "listening on ").replaceFirst(".*listening on ", "");

    // Only data is read here: messages would stand between the JSON.
    Process certify = start(folder, Map.of(), kit("certify", url, "--json"));
    JsonNode report = new ObjectMapper().readTree(certify.getInputStream());
    assertThat(certify.waitFor()).isEqualTo(1);
    List<String> findings = report.path("findings").findValuesAsText("id");
    assertThat(findings)
        .containsExactlyInAnyOrder(
            "current-signature",
            "raw-bytes",
            "legacy-ignored",
            "late-retry",
            "reformatted",
            "no-fallback",
            "large");
    String readme = Files.readString(EXAMPLES.resolve("../README.md"));
    assertThat(findings).allSatisfy(id -> assertThat(readme).contains("`" + id + "`"));
    assertThat(readme).contains("scores " + report.path("score").asInt() + " of 100");
  }
}
