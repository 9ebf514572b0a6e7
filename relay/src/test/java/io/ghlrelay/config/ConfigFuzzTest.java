package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Any bytes as the configuration file. */
class ConfigFuzzTest {
  private static final String SECRET = "q7-hunter2-z9";
  private static Path file;

  @BeforeAll
  static void folder() throws IOException {
    file = Files.createTempDirectory("relay-fuzz").resolve("relay.yaml");
  }

  @AfterAll
  static void clear() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(Objects.requireNonNull(file.getParent()));
  }

  @FuzzTest
  @DictionaryFile(resourcePath = "config.dict")
  void load(byte[] input) throws IOException {
    if (new String(input, StandardCharsets.ISO_8859_1).contains("hunter")) {
      return; // a fuzzer sees what its input is compared with, and writes the secret itself
    }
    Files.write(file, input);
    try {
      RelayConfig config = new ConfigLoader(Map.of("FUZZ", SECRET), Map.of()).load(file);
      config.warnings().forEach(warning -> assertThat(warning.toString()).doesNotContain(SECRET));
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty();
      assertThat(e.getMessage()).as("no value of a reference is shown").doesNotContain(SECRET);
    }
  }
}
