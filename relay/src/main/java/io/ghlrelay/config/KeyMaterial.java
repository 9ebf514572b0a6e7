package io.ghlrelay.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate chain with the private key that belongs to it. Immutable; its text shows no key.
 *
 * @param chain leaf first, at least one
 * @param key fits the leaf
 */
public record KeyMaterial(List<X509Certificate> chain, PrivateKey key) {
  /** Largest file read, in bytes. */
  private static final int MAX_FILE = 1 << 20;

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final byte[] PROBE = "does the key fit?".getBytes(StandardCharsets.US_ASCII);

  public KeyMaterial {
    chain = List.copyOf(chain);
  }

  /**
   * Reads PEM files, and checks that they belong together.
   *
   * @throws IOException if they cannot be used, in words for the operator, without secrets
   */
  public static KeyMaterial read(Path certificate, Path key) throws IOException {
    return parse(certificate.toString(), bytes(certificate), key.toString(), bytes(key));
  }

  /** Reads a file of PEM; throws if it is far too large to be one. */
  public static byte[] bytes(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException("it is larger than " + (MAX_FILE >> 20) + " MiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read (" + e + ")", e);
    }
  }

  /** The same of what was read before; the names are for messages. */
  public static KeyMaterial parse(
      String certificateName, byte[] certificate, String keyName, byte[] key) throws IOException {
    List<X509Certificate> chain = chain(certificateName, certificate);
    PrivateKey secret = key(keyName, key);
    if (!fit(chain.get(0).getPublicKey(), secret)) {
      throw new IOException(
          "the key in %s does not belong to the first certificate in %s"
              .formatted(keyName, certificateName));
    }
    return new KeyMaterial(chain, secret);
  }

  private static List<X509Certificate> chain(String name, byte[] pem) throws IOException {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (CertificateException e) {
      throw new IOException(noChain(name), e);
    }
    throw new IOException(noChain(name));
  }

  private static String noChain(String name) {
    return name + " holds no certificates (expected: a PEM chain, leaf first)";
  }

  private static PrivateKey key(String name, byte[] pem) throws IOException {
    Matcher block = PKCS8.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (block.find()) {
      byte[] der = Base64.getMimeDecoder().decode(block.group(1));
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
      for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
        PrivateKey key = ofKind(algorithm, spec);
        if (key != null) {
          return key;
        }
      }
    }
    throw new IOException(
        name
            + " holds no private key that can be used (expected: PEM, PKCS#8, not encrypted, RSA, EC"
            + " or Ed25519; openssl pkcs8 -topk8 -nocrypt -in KEY turns others into it)");
  }

  /** The key, or null if it is of another kind. */
  private static @Nullable PrivateKey ofKind(String algorithm, PKCS8EncodedKeySpec spec)
      throws IOException {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(spec);
    } catch (InvalidKeySpecException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IOException(algorithm + " keys are not known to this Java", e);
    }
  }

  /** Whether what the one signs the other verifies. */
  private static boolean fit(PublicKey open, PrivateKey secret) throws IOException {
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> secret.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(secret);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false; // of different kinds
    } catch (GeneralSecurityException e) {
      throw new IOException("keys of " + algorithm + " are not known to this Java", e);
    }
  }

  /** From when the leaf is valid. */
  public Instant notBefore() {
    return chain.get(0).getNotBefore().toInstant();
  }

  /** Until when the leaf is valid. */
  public Instant notAfter() {
    return chain.get(0).getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return chain.get(0).getSubjectX500Principal() + " until " + notAfter();
  }
}
