package io.ghlrelay.platform;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/**
 * Which cryptographic provider computes each scheme, chosen once by a self-test: one valid
 * signature must fit, one forged must not. Immutable, thread-safe.
 *
 * <p>First choice is Amazon Corretto's provider where its native library loads; else the JDK for
 * RSA and Bouncy Castle for Ed25519. The JDK's own Ed25519 is never used: it is seven times slower
 * and its {@link Signature} objects stay unusable after certain forged signatures. Providers are
 * used as objects and never installed into {@link Security}.
 */
public final class CryptoProviders {
  private static final byte[] SELF_TEST = "GHL Relay self-test".getBytes(StandardCharsets.UTF_8);

  /** Corretto's Ed25519 throws on longer bodies, in bytes. */
  private static final int CORRETTO_MAX = 1 << 20;

  private final Map<SignatureScheme, Provider> chosen;

  private CryptoProviders(Map<SignatureScheme, Provider> chosen) {
    this.chosen = new EnumMap<>(chosen);
  }

  /**
   * Chooses by self-test; takes some 100 ms once.
   *
   * @throws IllegalStateException if no provider passes for a scheme
   */
  public static CryptoProviders choose() {
    Map<SignatureScheme, Provider> chosen = new EnumMap<>(SignatureScheme.class);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      chosen.put(
          scheme,
          candidates(scheme)
              .filter(provider -> passes(scheme, provider))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "no cryptographic provider passes the self-test for " + scheme.id())));
    }
    return new CryptoProviders(chosen);
  }

  /** Only the given provider, for both schemes: for tests that compare providers. */
  static CryptoProviders only(Provider provider) {
    Map<SignatureScheme, Provider> all = new EnumMap<>(SignatureScheme.class);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      all.put(scheme, provider);
    }
    return new CryptoProviders(all);
  }

  /**
   * Providers in the order of preference; those that do not load are left out. Each is made when it
   * is asked for: Bouncy Castle takes a fifth of a second.
   */
  static Stream<Provider> candidates(SignatureScheme scheme) {
    Supplier<@Nullable Provider> fallback =
        scheme == SignatureScheme.ED25519
            ? BouncyCastleProvider::new
            : () -> Security.getProvider("SunRsaSign");
    return Stream.of(CryptoProviders::corretto, fallback)
        .map(Supplier::get)
        .flatMap(Stream::ofNullable);
  }

  private static @Nullable Provider corretto() {
    try {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      return provider.getLoadingError() == null ? provider : null;
    } catch (LinkageError notHere) {
      return null; // another platform, or a folder for native libraries that may not execute
    }
  }

  /** For the log and health: for example {@code ed25519=AmazonCorrettoCryptoProvider, ...}. */
  public String describe() {
    return chosen.entrySet().stream()
        .map(entry -> entry.getKey().id() + "=" + entry.getValue().getName())
        .collect(Collectors.joining(", "));
  }

  /** Checks signatures by one key. Thread-safe. */
  interface Checker {
    /** Whether the signature, of the scheme's exact length, fits the body. */
    boolean fits(byte[] body, byte[] signature);
  }

  /** A checker for a key, by the provider chosen for its scheme. */
  Checker checker(TrustedKey key) {
    Provider provider = chosen.get(key.scheme());
    if (provider == null) {
      throw new IllegalStateException("no provider for " + key.scheme());
    }
    Checker usual = checker(key, provider);
    return provider instanceof AmazonCorrettoCryptoProvider
            && key.scheme() == SignatureScheme.ED25519
        ? withLongBodies(key, usual)
        : usual;
  }

  /** The usual checker, and for bodies that are too long for Corretto one of Bouncy Castle's. */
  private static Checker withLongBodies(TrustedKey key, Checker usual) {
    return (body, signature) ->
        (body.length <= CORRETTO_MAX ? usual : checker(key, LongBodies.PROVIDER))
            .fits(body, signature);
  }

  /** Made when the first body of more than {@link #CORRETTO_MAX} comes: mostly never. */
  private static final class LongBodies {
    static final Provider PROVIDER = new BouncyCastleProvider();
  }

  private static Checker checker(TrustedKey key, Provider provider) {
    PublicKey ready = translated(key, provider);
    String algorithm = key.scheme() == SignatureScheme.ED25519 ? "Ed25519" : "SHA256withRSA";
    return (body, signature) -> {
      try {
        // A new object each time: one that has seen a forged signature may refuse genuine ones.
        Signature check = Signature.getInstance(algorithm, provider);
        check.initVerify(ready);
        check.update(body);
        return check.verify(signature);
      } catch (SignatureException forged) {
        return false;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(provider.getName() + " has failed", e);
      }
    };
  }

  /** The key in the provider's own form, where it has one: it need not convert it each time. */
  private static PublicKey translated(TrustedKey key, Provider provider) {
    String algorithm = key.scheme() == SignatureScheme.ED25519 ? "Ed25519" : "RSA";
    try {
      return KeyFactory.getInstance(algorithm, provider)
          .generatePublic(new X509EncodedKeySpec(key.key().getEncoded()));
    } catch (GeneralSecurityException noFactory) {
      return key.key(); // Corretto registers none for Ed25519 by default and takes the JDK's keys
    }
  }

  private static boolean passes(SignatureScheme scheme, Provider provider) {
    try {
      TrustedKey key = PublicKeys.parse(scheme, resource(scheme.id() + ".pub.pem"));
      byte[] valid =
          Base64.getDecoder()
              .decode(
                  new String(resource(scheme.id() + ".sig.b64"), StandardCharsets.US_ASCII)
                      .strip());
      byte[] forged = valid.clone();
      forged[forged.length / 2] ^= 1;
      Checker checker = checker(key, provider);
      return checker.fits(SELF_TEST, valid)
          && !checker.fits(SELF_TEST, forged)
          && checker.fits(SELF_TEST, valid);
    } catch (IllegalStateException | LinkageError failed) {
      return false; // the next candidate is tried, and the choice is logged
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = CryptoProviders.class.getResourceAsStream("selftest/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks selftest/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }
}
