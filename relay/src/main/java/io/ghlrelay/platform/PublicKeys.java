package io.ghlrelay.platform;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Reads public keys as people have them, and knows the platform's own. */
public final class PublicKeys {
  /** Id of the platform's own keys, also the word for them in the configuration. */
  public static final String PUBLISHED_ID = "ghl";

  /** Longest key text read, in bytes: an RSA-4096 key in PEM has 800. */
  public static final int MAX_TEXT = 16 << 10;

  private static final int ED25519_BYTES = 32;
  private static final int RSA_BITS = 4096;

  /** Everybody uses 65537; more than 32 bits only make verifying dear, and some refuse them. */
  private static final int MAX_EXPONENT_BITS = 32;

  private static final Pattern ARMOUR = Pattern.compile("-----(BEGIN|END) PUBLIC KEY-----");
  private static final Pattern HEX_KEY = Pattern.compile("[0-9a-fA-F]{64}");

  /** What precedes the 32 raw bytes in an Ed25519 SPKI (RFC 8410, section 4). */
  private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private PublicKeys() {}

  /** The platform's published key of a scheme, with id {@code ghl}. */
  public static TrustedKey published(SignatureScheme scheme) {
    String name = scheme == SignatureScheme.ED25519 ? "ghl-ed25519.pem" : "ghl-rsa.pem";
    try (InputStream in = PublicKeys.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new TrustedKey(scheme, parse(scheme, in.readAllBytes()).key(), PUBLISHED_ID);
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }

  /**
   * Reads PEM, base64 SPKI (one line or many), or for Ed25519 also 32 raw bytes as they are, as
   * base64 or as hex; accepts literal {@code \n} and surrounding quotes, as keys arrive mangled.
   *
   * @throws IllegalArgumentException if it is no such key, with what was wrong
   */
  public static TrustedKey parse(SignatureScheme scheme, byte[] text) {
    if (text.length > MAX_TEXT) {
      throw new IllegalArgumentException(
          "a key of " + text.length + " bytes (expected: at most " + MAX_TEXT + ")");
    }
    PublicKey key = decode(scheme, spki(scheme, text));
    return new TrustedKey(scheme, key, fingerprint(key));
  }

  private static byte[] spki(SignatureScheme scheme, byte[] text) {
    if (scheme == SignatureScheme.ED25519 && text.length == ED25519_BYTES) {
      return withPrefix(text);
    }
    String plain = new String(text, StandardCharsets.ISO_8859_1);
    if (plain.contains("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          "this is a private key; give the public one (openssl pkey -pubout)");
    }
    if (plain.contains("BEGIN CERTIFICATE") || plain.contains("BEGIN RSA PUBLIC KEY")) {
      throw new IllegalArgumentException(
          "not a SPKI public key (expected: -----BEGIN PUBLIC KEY-----)");
    }
    String stripped =
        ARMOUR
            .matcher(plain.replace("\\r", "").replace("\\n", "\n"))
            .replaceAll("")
            .replaceAll("[\\s\"']", "");
    if (scheme == SignatureScheme.ED25519 && HEX_KEY.matcher(stripped).matches()) {
      return withPrefix(HexFormat.of().parseHex(stripped));
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(stripped);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("neither PEM nor base64 (" + e.getMessage() + ")", e);
    }
    return scheme == SignatureScheme.ED25519 && decoded.length == ED25519_BYTES
        ? withPrefix(decoded)
        : decoded;
  }

  private static byte[] withPrefix(byte[] raw) {
    byte[] spki = Arrays.copyOf(ED25519_SPKI, ED25519_SPKI.length + raw.length);
    System.arraycopy(raw, 0, spki, ED25519_SPKI.length, raw.length);
    return spki;
  }

  private static PublicKey decode(SignatureScheme scheme, byte[] spki) {
    PublicKey key;
    try {
      String algorithm = scheme == SignatureScheme.ED25519 ? "Ed25519" : "RSA";
      key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(spki));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "not a public key for "
              + scheme.id()
              + " (expected: "
              + (scheme == SignatureScheme.ED25519 ? "Ed25519" : "RSA-4096")
              + " as SPKI)",
          e);
    }
    if (key instanceof RSAPublicKey rsa) {
      return soundRsa(rsa);
    }
    if (key instanceof EdECPublicKey && !isSound(key.getEncoded())) {
      throw new IllegalArgumentException(
          "not an Ed25519 public key: not a point of the curve's prime-order group");
    }
    if (!(key instanceof EdECPublicKey)) {
      throw new IllegalArgumentException("an unexpected kind of key: " + key.getAlgorithm());
    }
    return key;
  }

  /**
   * The same key in its one plain encoding: the JDK reads others, and numbers, which another
   * provider would refuse at each verification.
   */
  private static PublicKey soundRsa(RSAPublicKey key) {
    BigInteger modulus = key.getModulus();
    BigInteger exponent = key.getPublicExponent();
    if (modulus.bitLength() != RSA_BITS) {
      throw new IllegalArgumentException(
          "an RSA key of " + modulus.bitLength() + " bits (expected: " + RSA_BITS + ")");
    }
    if (!modulus.testBit(0)
        || !exponent.testBit(0)
        || exponent.bitLength() < 2
        || exponent.bitLength() > MAX_EXPONENT_BITS) {
      throw new IllegalArgumentException(
          "not a sound RSA key (expected: an odd modulus, and an odd exponent from 3 to "
              + MAX_EXPONENT_BITS
              + " bits)");
    }
    try {
      return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a public key for rsa-sha256", e);
    }
  }

  /**
   * With a point of small order as the key, one forged signature fits any body at some providers;
   * with no point at all, others throw at each verification.
   */
  private static boolean isSound(byte[] spki) {
    return Ed25519.validatePublicKeyFull(spki, spki.length - ED25519_BYTES);
  }

  private static String fingerprint(PublicKey key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
    }
  }
}
