package io.ghlrelay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice of providers, and that each of them is safe to use as the relay does. */
class CryptoProvidersTest {
  private static final byte[] BODY = "GHL Relay self-test".getBytes(StandardCharsets.UTF_8);

  static Stream<Provider> ed25519() {
    return Stream.concat(
        CryptoProviders.candidates(SignatureScheme.ED25519),
        Stream.of(Security.getProvider("SunEC")));
  }

  @Test
  void neverChoosesTheJdkForEd25519() {
    assertThat(CryptoProviders.candidates(SignatureScheme.ED25519))
        .isNotEmpty()
        .noneMatch(provider -> provider.getName().equals("SunEC"));
    assertThat(CryptoProviders.choose().describe())
        .contains("ed25519=")
        .contains("rsa-sha256=")
        .doesNotContain("SunEC");
  }

  @Test
  void fallsBackToTheJdkForRsa() {
    List<Provider> candidates = CryptoProviders.candidates(SignatureScheme.RSA_SHA256).toList();

    assertThat(candidates.get(candidates.size() - 1).getName()).isEqualTo("SunRsaSign");
  }

  /** SunEC is in the list on purpose: the way signatures are checked must tame even that one. */
  @ParameterizedTest
  @MethodSource("ed25519")
  void noForgedSignatureSpoilsTheNextGenuineOne(Provider provider) throws Exception {
    TrustedKey key = PublicKeys.parse(SignatureScheme.ED25519, resource("ed25519.pub.pem"));
    byte[] genuine =
        Base64.getDecoder()
            .decode(new String(resource("ed25519.sig.b64"), StandardCharsets.US_ASCII).strip());
    CryptoProviders.Checker checker = CryptoProviders.only(provider).checker(key);
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) 0xff);
    byte[] bigS = genuine.clone();
    Arrays.fill(bigS, 32, 64, (byte) 0xff);
    byte[] noPoint = genuine.clone();
    Arrays.fill(noPoint, 0, 32, (byte) 0xff);

    for (byte[] forged : List.of(new byte[64], ones, bigS, noPoint)) {
      assertThat(checker.fits(BODY, forged)).isFalse();
      assertThat(checker.fits(BODY, genuine)).isTrue();
    }
  }

  /** Corretto throws on more than 1 MiB; ingress.maxBodySize may be 64 MiB. */
  @ParameterizedTest
  @ValueSource(ints = {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20})
  void bodiesMayBeLong(int length) {
    byte[] body = new byte[length];
    SigningKeys keys = SigningKeys.shared();
    for (Scheme scheme : Scheme.values()) {
      TrustedKey key =
          PublicKeys.parse(
              SignatureScheme.valueOf(scheme.name()),
              keys.publicPem(scheme).getBytes(StandardCharsets.US_ASCII));
      CryptoProviders.Checker checker = CryptoProviders.choose().checker(key);
      byte[] signature = Base64.getDecoder().decode(keys.sign(scheme, body));

      assertThat(checker.fits(body, signature)).as("%s", scheme).isTrue();
      body[length - 1] ^= 1;
      assertThat(checker.fits(body, signature)).as("%s, forged", scheme).isFalse();
      body[length - 1] ^= 1;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = CryptoProviders.class.getResourceAsStream("selftest/" + name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
