package io.ghlrelay.conformance.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningKeysTest {
  private static final SigningKeys KEYS = SigningKeys.shared();
  private static final byte[] BODY =
      "{\"type\":\"ContactCreate\"}".getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @EnumSource
  void aSignatureIsGoodAndLooksLikeThePlatforms(Scheme scheme) throws Exception {
    String header = KEYS.sign(scheme, BODY);

    byte[] bytes = Base64.getDecoder().decode(header);
    assertThat(bytes).hasSize(scheme.signatureBytes());
    assertThat(header).hasSize(scheme == Scheme.ED25519 ? 88 : 684);
    assertThat(verified(scheme, bytes)).isTrue();
    assertThat(KEYS.sign(scheme, BODY)).as("both schemes are deterministic").isEqualTo(header);
  }

  private static boolean verified(Scheme scheme, byte[] bytes) throws Exception {
    Signature signature =
        Signature.getInstance(scheme == Scheme.ED25519 ? "Ed25519" : "SHA256withRSA");
    signature.initVerify(KEYS.publicKey(scheme));
    signature.update(BODY);
    return signature.verify(bytes);
  }

  @Test
  void eachModeSendsItsHeaders() throws Exception {
    String current = "X-GHL-Signature";
    String legacy = "X-WH-Signature";

    assertThat(KEYS.headers(SignatureMode.ED25519, BODY)).containsOnlyKeys(current);
    assertThat(KEYS.headers(SignatureMode.RSA, BODY)).containsOnlyKeys(legacy);
    assertThat(KEYS.headers(SignatureMode.BOTH, BODY)).containsOnlyKeys(current, legacy);
    assertThat(KEYS.headers(SignatureMode.NOT_AVAILABLE, BODY))
        .containsEntry(current, "N/A")
        .containsKey(legacy);
    assertThat(KEYS.headers(SignatureMode.NONE, BODY)).isEmpty();
    Map<String, String> forged = KEYS.headers(SignatureMode.FORGED, BODY);
    assertThat(forged).containsOnlyKeys(current);
    assertThat(verified(Scheme.ED25519, Base64.getDecoder().decode(forged.get(current)))).isFalse();
  }

  @Test
  void keysAreReadBackAndNeverOverwritten(@TempDir Path folder) throws Exception {
    Path keys = folder.resolve("keys");
    KEYS.write(keys);

    SigningKeys read = SigningKeys.read(keys);
    for (Scheme scheme : Scheme.values()) {
      assertThat(read.sign(scheme, BODY)).isEqualTo(KEYS.sign(scheme, BODY));
      assertThat(read.publicPem(scheme)).isEqualTo(KEYS.publicPem(scheme));
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(keys.resolve("ghl-ed25519.key"))))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> KEYS.write(keys)).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void whatIsNoKeyIsNamed(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> SigningKeys.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("keygen");
    Files.writeString(folder.resolve("ghl-ed25519.key"), "nonsense");
    Files.writeString(folder.resolve("ghl-ed25519.pub.pem"), "nonsense");
    assertThatThrownBy(() -> SigningKeys.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ghl-ed25519.key");
  }

  @Test
  void anUnknownModeIsRefusedByName() {
    assertThatThrownBy(() -> SignatureMode.parse("hmac"))
        .hasMessage("signature: hmac (expected: one of ed25519, rsa, both, n/a, none, forged)");
  }

  @Test
  void aQuickSignatureIsAValidOne() throws Exception {
    SigningKeys keys = SigningKeys.generate();
    QuickSigner signer = keys.quickSigner();
    for (int i = 0; i < 200; i++) {
      byte[] body = ("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8);
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(keys.publicKey(Scheme.ED25519));
      verifier.update(body);
      assertThat(verifier.verify(Base64.getDecoder().decode(signer.sign(body)))).isTrue();
      verifier.update((byte) 0);
      assertThat(verifier.verify(Base64.getDecoder().decode(signer.sign(body)))).isFalse();
    }
  }
}
