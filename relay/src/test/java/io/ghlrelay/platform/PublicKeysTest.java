package io.ghlrelay.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys are read, and which are refused. */
class PublicKeysTest {

  /** Small order (the first three) or no point of the curve (the last two). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      })
  void refusesEd25519KeysThatAnyoneCouldSignFor(String hex) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PublicKeys.parse(SignatureScheme.ED25519, hex.getBytes(StandardCharsets.US_ASCII)))
        .withMessageContaining("prime-order group");
  }

  @Test
  void thePublishedKeysAreSound() {
    for (SignatureScheme scheme : SignatureScheme.values()) {
      assertThat(PublicKeys.published(scheme).id()).isEqualTo("ghl");
    }
  }
}
