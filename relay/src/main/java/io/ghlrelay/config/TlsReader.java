package io.ghlrelay.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code tls:} towards a host, files included, so that a bad one is an error of the
 * configuration and a changed one comes with a reload.
 */
final class TlsReader {
  /** Largest PEM file, in bytes: more than all public certificate authorities together need. */
  private static final long MAX_FILE = 1 << 20;

  private static final Pattern HOST_NAME =
      Pattern.compile("(?!-)[A-Za-z0-9-]{1,63}(\\.(?!-)[A-Za-z0-9-]{1,63})*");

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** Kinds of key that TLS knows, with how each signs. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private final Path folder;

  TlsReader(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads {@code tls} of a target or token endpoint.
   *
   * @param url of the host, if it could be read
   * @return null if there is none, or it is wrong
   */
  @Nullable TargetTls read(Section parent, @Nullable URI url) {
    Section section = parent.section("tls");
    if (!parent.has("tls")) {
      return null;
    }
    if (url != null && !"https".equalsIgnoreCase(url.getScheme())) {
      parent.problems().error(parent.where("tls"), "tls is for https:// only");
    }
    Path caFile = path(section, "caFile");
    boolean systemRoots = section.flag("systemRoots", false);
    if (caFile == null && section.has("systemRoots")) {
      section.error("systemRoots", "goes with caFile: without it they count anyway");
    }
    Optional<List<X509Certificate>> authorities = file(section, "caFile", this::certificates);
    TargetTls.Trust trust =
        caFile == null || authorities.isEmpty()
            ? null
            : new TargetTls.Trust(caFile, systemRoots, authorities.get());
    TargetTls.Identity identity = identity(section);
    TargetTls.Version minVersion =
        section.read("minVersion", TargetTls.Version.TLS_1_2, TlsReader::version);
    String serverName =
        section
            .read("serverName", Optional.<String>empty(), name -> Optional.of(hostName(name)))
            .orElse(null);
    section.end();
    return new TargetTls(trust, identity, minVersion, serverName);
  }

  private TargetTls.@Nullable Identity identity(Section section) {
    Path certificateFile = path(section, "certificateFile");
    Path keyFile = path(section, "keyFile");
    Optional<List<X509Certificate>> chain = file(section, "certificateFile", this::certificates);
    Optional<PrivateKey> key = file(section, "keyFile", this::privateKey);
    if (section.has("certificateFile") != section.has("keyFile")) {
      section.error(
          section.has("keyFile") ? "keyFile" : "certificateFile",
          "certificateFile and keyFile go together");
    }
    if (certificateFile == null || keyFile == null || chain.isEmpty() || key.isEmpty()) {
      return null;
    }
    if (!belongTogether(chain.get().get(0).getPublicKey(), key.get())) {
      section.error("keyFile", "is not the key of the first certificate in " + certificateFile);
      return null;
    }
    return new TargetTls.Identity(certificateFile, keyFile, chain.get(), key.get());
  }

  private @Nullable Path path(Section section, String key) {
    return section.has(key) ? section.path(key, "", folder).normalize() : null;
  }

  private <T> Optional<T> file(Section section, String key, Function<Path, T> reader) {
    return section.read(
        key, Optional.empty(), text -> Optional.of(reader.apply(folder.resolve(text).normalize())));
  }

  private List<X509Certificate> certificates(Path file) {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException(file + " holds no certificate");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          file + " holds no certificates that can be read (expected: PEM)", e);
    }
  }

  private PrivateKey privateKey(Path file) {
    Matcher pem = PKCS8.matcher(new String(content(file), StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new IllegalArgumentException(
          file
              + " holds no unencrypted PKCS#8 key (expected: -----BEGIN PRIVATE KEY-----;"
              + " openssl pkcs8 -topk8 -nocrypt makes one of others)");
    }
    for (String kind : SIGNATURES.keySet()) {
      PrivateKey key = key(kind, pem.group(1));
      if (key != null) {
        return key;
      }
    }
    throw new IllegalArgumentException(file + " holds no RSA, EC or Ed25519 key");
  }

  /** The key, if it is of that kind. What is wrong with it is not said: that would quote it. */
  private static @Nullable PrivateKey key(String kind, String base64) {
    try {
      return KeyFactory.getInstance(kind)
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    } catch (InvalidKeySpecException | IllegalArgumentException e) {
      return null;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(kind + " is missing from this Java runtime", e);
    }
  }

  private static byte[] content(Path file) {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IllegalArgumentException(
            "the file " + file + " is larger than " + (MAX_FILE >> 20) + " MiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + file + " cannot be read (" + e + ")", e);
    }
  }

  /** By what counts: that one verifies what the other signs. */
  private static boolean belongTogether(PublicKey certified, PrivateKey key) {
    byte[] message = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), ""));
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // keys of two kinds
    }
  }

  private static TargetTls.Version version(String text) {
    for (TargetTls.Version version : TargetTls.Version.values()) {
      if (version.number().equals(text)) {
        return version;
      }
    }
    throw new IllegalArgumentException("'" + text + "' (expected: 1.2 or 1.3)");
  }

  private static String hostName(String text) {
    if (text.length() > 253 || !HOST_NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a host name");
    }
    return text;
  }
}
