package io.ghlrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No jar is older than the release that mended a weakness we know of ({@code advisories.tsv}). */
class KnownAdvisoriesTest {
  private static final Pattern JAR =
      Pattern.compile(".*/([A-Za-z][^/]*?)-(\\d+(?:\\.\\d+)*)[^/]*\\.jar!.*");

  private record Advisory(String artifact, String id, String fixedIn) {}

  private static List<Advisory> advisories() throws IOException {
    try (InputStream in = KnownAdvisoriesTest.class.getResourceAsStream("advisories.tsv")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .map(cells -> new Advisory(cells[0], cells[1], cells[2]))
          .toList();
    }
  }

  /** Versions of the jars on the class path, by artifact. */
  private static Map<String, String> jars() throws IOException {
    Map<String, String> versions = new TreeMap<>();
    for (URL manifest :
        Collections.list(
            KnownAdvisoriesTest.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
      Matcher jar = JAR.matcher(manifest.toString());
      if (jar.matches()) {
        versions.put(jar.group(1), jar.group(2));
      }
    }
    return versions;
  }

  private static boolean isAtLeast(String version, String wanted) {
    return Arrays.compare(numbers(version), numbers(wanted)) >= 0;
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }

  @Test
  void noJarHasAWeaknessThatIsListed() throws IOException {
    Map<String, String> jars = jars();
    assertThat(jars)
        .as("what is looked at")
        .containsKeys(
            "netty-codec-http",
            "netty-codec-compression",
            "netty-handler",
            "logback-core",
            "bcprov-jdk18on",
            "jackson-core",
            "jackson-databind");
    assertThat(advisories())
        .hasSizeGreaterThan(10)
        .allSatisfy(
            advisory -> {
              String version = jars.get(advisory.artifact());
              assertThat(version == null || isAtLeast(version, advisory.fixedIn()))
                  .as("%s %s: %s", advisory.artifact(), version, advisory)
                  .isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "4.2.14, 4.2.15, false",
    "4.2.15, 4.2.15, true",
    "4.10, 4.9, true",
    "1.83, 1.84, false",
    "2.0, 1.84.1, true"
  })
  void versionsAreComparedByNumber(String version, String wanted, boolean enough) {
    assertThat(isAtLeast(version, wanted)).isEqualTo(enough);
  }
}
