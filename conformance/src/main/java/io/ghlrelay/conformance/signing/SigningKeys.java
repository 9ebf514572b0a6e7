package io.ghlrelay.conformance.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;

/**
 * The platform's key pairs, one a scheme, played by keys of your own. A pair is made when it is
 * first asked for: an RSA-4096 one takes seconds. Thread-safe.
 */
public final class SigningKeys {
  /** Names of the files in a folder of keys: private and public, for each scheme. */
  private static final Map<Scheme, String> FILES =
      Map.of(Scheme.ED25519, "ghl-ed25519", Scheme.RSA_SHA256, "ghl-rsa");

  private static final int RSA_BITS = 4096;
  private static final SigningKeys SHARED = new SigningKeys();

  private final Map<Scheme, KeyPair> pairs = new EnumMap<>(Scheme.class);

  /** Fresh keys. */
  public static SigningKeys generate() {
    return new SigningKeys();
  }

  /** Keys that live as long as this process and are made once for it: for tests. */
  public static SigningKeys shared() {
    return SHARED;
  }

  /**
   * The keys of a folder that {@link #write} made. A scheme whose files are not there gets a fresh
   * pair, which nobody trusts.
   *
   * @throws IOException if a file cannot be read or is no key; the message names it
   */
  public static SigningKeys read(Path folder) throws IOException {
    SigningKeys keys = new SigningKeys();
    boolean any = false;
    for (Scheme scheme : Scheme.values()) {
      Path privateFile = folder.resolve(FILES.get(scheme) + ".key");
      Path publicFile = folder.resolve(FILES.get(scheme) + ".pub.pem");
      if (Files.exists(privateFile)) {
        any = true;
        String algorithm = scheme == Scheme.ED25519 ? "Ed25519" : "RSA";
        try {
          KeyFactory factory = KeyFactory.getInstance(algorithm);
          PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(pem(privateFile)));
          PublicKey open = factory.generatePublic(new X509EncodedKeySpec(pem(publicFile)));
          keys.pairs.put(scheme, new KeyPair(open, secret));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
          throw new IOException(
              privateFile + " and " + publicFile + ": not a key pair of " + scheme.id() + ": " + e,
              e);
        }
      }
    }
    if (!any) {
      throw new IOException(folder + ": no keys (expected: ghl-ed25519.key; `keygen` makes it)");
    }
    return keys;
  }

  /**
   * Writes all pairs into a folder as PEM: {@code ghl-ed25519.key}, {@code ghl-ed25519.pub.pem},
   * {@code ghl-rsa.key}, {@code ghl-rsa.pub.pem}. Private keys can be read by their owner only,
   * where the file system knows owners.
   *
   * @throws FileAlreadyExistsException if one is there; nothing is overwritten
   */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Scheme scheme : Scheme.values()) {
      for (String suffix : new String[] {".key", ".pub.pem"}) {
        Path file = folder.resolve(FILES.get(scheme) + suffix);
        if (Files.exists(file)) {
          throw new FileAlreadyExistsException(file.toString());
        }
      }
    }
    for (Scheme scheme : Scheme.values()) {
      KeyPair pair = pair(scheme);
      Path secret = folder.resolve(FILES.get(scheme) + ".key");
      boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
      FileAttribute<?>[] owner =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      Files.createFile(secret, owner);
      Files.writeString(secret, armoured("PRIVATE KEY", pair.getPrivate()));
      Files.writeString(
          folder.resolve(FILES.get(scheme) + ".pub.pem"),
          publicPem(scheme),
          StandardOpenOption.CREATE_NEW);
    }
  }

  /** The public key as PEM (SPKI), to give to what verifies. */
  public String publicPem(Scheme scheme) {
    return armoured("PUBLIC KEY", publicKey(scheme));
  }

  /** The public key. */
  public PublicKey publicKey(Scheme scheme) {
    return pair(scheme).getPublic();
  }

  /** Base64 of the signature over these bytes, as its header carries it. */
  public String sign(Scheme scheme, byte[] body) {
    try {
      Signature signature = Signature.getInstance(scheme.algorithm());
      signature.initSign(pair(scheme).getPrivate());
      signature.update(body);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot sign with " + scheme.id(), e);
    }
  }

  /** A signer for load, by the Ed25519 pair: see there for what it is not for. */
  public QuickSigner quickSigner() {
    return new QuickSigner(pair(Scheme.ED25519));
  }

  /** The signature headers of a body, by name. */
  public Map<String, String> headers(SignatureMode mode, byte[] body) {
    String current = Scheme.ED25519.header();
    String legacy = Scheme.RSA_SHA256.header();
    return switch (mode) {
      case ED25519 -> Map.of(current, sign(Scheme.ED25519, body));
      case RSA -> Map.of(legacy, sign(Scheme.RSA_SHA256, body));
      case BOTH ->
          Map.of(current, sign(Scheme.ED25519, body), legacy, sign(Scheme.RSA_SHA256, body));
      case NOT_AVAILABLE -> Map.of(current, "N/A", legacy, sign(Scheme.RSA_SHA256, body));
      case NONE -> Map.of();
      case FORGED -> Map.of(current, Stranger.KEYS.sign(Scheme.ED25519, body));
    };
  }

  /** Keys that nobody trusts. */
  private static final class Stranger {
    static final SigningKeys KEYS = new SigningKeys();
  }

  private synchronized KeyPair pair(Scheme scheme) {
    return pairs.computeIfAbsent(scheme, SigningKeys::generate);
  }

  private static KeyPair generate(Scheme scheme) {
    try {
      if (scheme == Scheme.ED25519) {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      }
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot make keys of " + scheme.id(), e);
    }
  }

  private static String armoured(String what, Key key) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(key.getEncoded());
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  private static byte[] pem(Path file) throws IOException {
    String text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
    return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
  }
}
