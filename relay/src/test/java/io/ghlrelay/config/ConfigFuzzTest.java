package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Any bytes as the configuration file. */
class ConfigFuzzTest {
  private static final String SECRET = "q7-hunter2-z9";
  private static final Path FILE = file();

  private static Path file() {
    try {
      Path folder = Files.createTempDirectory("relay-fuzz");
      Path file = folder.resolve("relay.yaml");
      folder.toFile().deleteOnExit(); // the latest named is the first to go
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest
  @DictionaryFile(resourcePath = "config.dict")
  void load(byte[] input) throws IOException {
    if (new String(input, StandardCharsets.ISO_8859_1).contains("hunter")) {
      return; // a fuzzer sees what its input is compared with, and writes the secret itself
    }
    Files.write(FILE, input);
    try {
      RelayConfig config = new ConfigLoader(Map.of("FUZZ", SECRET), Map.of()).load(FILE);
      config.warnings().forEach(warning -> assertThat(warning.toString()).doesNotContain(SECRET));
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty();
      assertThat(e.getMessage()).as("no value of a reference is shown").doesNotContain(SECRET);
    }
  }
}
