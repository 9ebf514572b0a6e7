package io.ghlrelay.config;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards one host, where it is not the usual one. Immutable. Two are equal only if their files
 * had the same content.
 *
 * @param trust whom to trust; null = the system's certificate authorities
 * @param identity who the relay is; null = it shows no certificate
 * @param minVersion the oldest version spoken
 * @param serverName the name asked for (SNI) and verified; null = the host of the URL
 */
public record TargetTls(
    @Nullable Trust trust,
    @Nullable Identity identity,
    Version minVersion,
    @Nullable String serverName) {

  /** A version of TLS; older ones than these are never spoken. */
  public enum Version {
    TLS_1_2("1.2"),
    TLS_1_3("1.3");

    private final String number;

    Version(String number) {
      this.number = number;
    }

    /** As the configuration writes it. */
    public String number() {
      return number;
    }
  }

  /**
   * Certificate authorities of one's own.
   *
   * @param file where they were read from
   * @param systemRoots whether the system's count beside them
   * @param certificates at least one
   */
  public record Trust(Path file, boolean systemRoots, List<X509Certificate> certificates) {
    public Trust {
      certificates = List.copyOf(certificates);
    }

    @Override
    public String toString() {
      return file + " (" + certificates.size() + ")";
    }
  }

  /**
   * A client certificate with its key.
   *
   * @param certificateFile where the chain was read from
   * @param keyFile where the key was read from
   * @param chain leaf first
   * @param key the leaf's; never printed
   */
  public record Identity(
      Path certificateFile, Path keyFile, List<X509Certificate> chain, PrivateKey key) {
    public Identity {
      chain = List.copyOf(chain);
    }

    /** Some JDKs print a private key's numbers. */
    @Override
    public String toString() {
      return certificateFile + " (" + chain.get(0).getSubjectX500Principal() + ")";
    }
  }
}
