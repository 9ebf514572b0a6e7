package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghlrelay.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificates and keys are taken, and what is said of the others. */
class KeyMaterialTest {
  @TempDir private Path folder;
  private Path chain;
  private Path key;

  @BeforeEach
  void name() {
    chain = folder.resolve("chain.pem");
    key = folder.resolve("key.pem");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void takesEachKindOfKey(String algorithm) throws Exception {
    Instant until = Instant.now().plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS);
    TestCertificates.between(algorithm, Instant.now().minusSeconds(60), until).write(chain, key);
    KeyMaterial material = KeyMaterial.read(chain, key);
    assertThat(material.notAfter()).isEqualTo(until);
    assertThat(material.toString()).isEqualTo("CN=relay test until " + until);
  }

  @Test
  void refusesAKeyOfAnotherCertificate() throws Exception {
    Path other = folder.resolve("other.pem");
    TestCertificates.valid().write(chain, key);
    TestCertificates.valid().write(folder.resolve("unused.pem"), other);
    refused(chain, other, "does not belong to the first certificate in");
    TestCertificates.between("RSA", Instant.now(), Instant.now().plusSeconds(60))
        .write(folder.resolve("unused.pem"), other);
    refused(chain, other, "does not belong to the first certificate in");
  }

  @Test
  void refusesFilesThatHoldSomethingElse() throws Exception {
    TestCertificates.valid().write(chain, key);
    refused(key, key, "holds no certificates");
    refused(chain, chain, "PKCS#8, not encrypted");
    refused(folder.resolve("nowhere"), key, "cannot be read");
    Path odd =
        Files.writeString(
            folder.resolve("odd.pem"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    refused(chain, odd, "PKCS#8, not encrypted");
    refused(Files.writeString(odd, ""), key, "holds no certificates");
    refused(Files.write(odd, new byte[(1 << 20) + 1]), key, "larger than 1 MiB");
  }

  private static void refused(Path chain, Path key, String why) {
    assertThatThrownBy(() -> KeyMaterial.read(chain, key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }
}
