package io.ghlrelay.platform;

import io.ghlrelay.platform.Verification.Reason;
import io.ghlrelay.platform.Verification.Refused;
import io.ghlrelay.platform.Verification.Verified;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a body against the platform's signature headers. Thread-safe.
 *
 * <p>If {@code X-GHL-Signature} is present and not the literal {@code N/A}, only it counts: no
 * fall-back to the legacy header (the platform's rule).
 */
public final class SignatureVerifier {
  private static final String NONE = "N/A";

  private final Map<SignatureScheme, List<ReadyKey>> keys = new EnumMap<>(SignatureScheme.class);

  private record ReadyKey(String id, CryptoProviders.Checker checker) {}

  /**
   * Over the given keys.
   *
   * @param keys several per scheme are tried in order
   * @param providers who computes; chosen by a self-test
   */
  public SignatureVerifier(List<TrustedKey> keys, CryptoProviders providers) {
    for (TrustedKey key : keys) {
      this.keys
          .computeIfAbsent(key.scheme(), scheme -> new ArrayList<>())
          .add(new ReadyKey(key.id(), providers.checker(key)));
    }
  }

  /**
   * Verifies.
   *
   * @param body the raw body bytes
   * @param ed25519 every value of {@code X-GHL-Signature}, in order
   * @param rsaSha256 every value of {@code X-WH-Signature}, in order
   */
  public Verification verify(byte[] body, List<String> ed25519, List<String> rsaSha256) {
    if (isPresent(ed25519)) {
      return verify(SignatureScheme.ED25519, body, ed25519);
    }
    return isPresent(rsaSha256)
        ? verify(SignatureScheme.RSA_SHA256, body, rsaSha256)
        : new Refused(Reason.MISSING);
  }

  private static boolean isPresent(List<String> values) {
    return !values.isEmpty() && !(values.size() == 1 && NONE.equals(values.get(0)));
  }

  private Verification verify(SignatureScheme scheme, byte[] body, List<String> values) {
    byte[] signature = values.size() == 1 ? decode(scheme, values.get(0)) : null;
    if (signature == null) {
      return new Refused(Reason.MALFORMED);
    }
    List<ReadyKey> candidates = keys.get(scheme);
    if (candidates == null) {
      return new Refused(Reason.NO_KEY);
    }
    for (ReadyKey key : candidates) {
      if (key.checker().fits(body, signature)) {
        return new Verified(scheme, key.id());
      }
    }
    return new Refused(Reason.WRONG);
  }

  /** Strict base64 of exactly the scheme's length; anything else is refused before any crypto. */
  private static byte @Nullable [] decode(SignatureScheme scheme, String value) {
    if (value.length() != scheme.base64Length()) {
      return null;
    }
    byte[] text = new byte[value.length()];
    for (int i = 0; i < text.length; i++) {
      char c = value.charAt(i);
      if (c > 0x7f) {
        return null;
      }
      text[i] = (byte) c;
    }
    try {
      byte[] signature = Base64.getDecoder().decode(text);
      // One signature has one form: non-zero bits behind its end are refused too.
      return signature.length == scheme.signatureBytes()
              && Arrays.equals(Base64.getEncoder().encode(signature), text)
          ? signature
          : null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }
}
