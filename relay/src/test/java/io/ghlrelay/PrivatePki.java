package io.ghlrelay;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** A certificate authority for one test, with what it issues as files. */
public final class PrivatePki {
  private static final char[] NO_PASSWORD = new char[0];

  private final X509Bundle authority;

  /** A new authority, which nobody trusts yet. */
  public PrivatePki() throws Exception {
    authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=Test Authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  /** A certificate for 127.0.0.1 and further host names. */
  public X509Bundle server(String... names) throws Exception {
    CertificateBuilder builder =
        new CertificateBuilder().ecp256().subject("CN=Test Server").addSanIpAddress("127.0.0.1");
    return named(builder, names).addExtendedKeyUsageServerAuth().buildIssuedBy(authority);
  }

  /** A certificate for other names alone. */
  public X509Bundle foreignServer(String... names) throws Exception {
    return named(new CertificateBuilder().ecp256().subject("CN=Test Server"), names)
        .addExtendedKeyUsageServerAuth()
        .buildIssuedBy(authority);
  }

  private static CertificateBuilder named(CertificateBuilder builder, String... names) {
    for (String name : names) {
      builder.addSanDnsName(name);
    }
    return builder;
  }

  /** A client's certificate. */
  public X509Bundle client(String name) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .addExtendedKeyUsageClientAuth()
        .buildIssuedBy(authority);
  }

  /** Writes the authority's certificate. */
  public Path writeAuthority(Path file) throws IOException {
    return Files.writeString(file, authority.getRootCertificatePEM());
  }

  /** Writes a chain to NAME.pem and its key to NAME.key. */
  public static void write(X509Bundle bundle, Path folder, String name) throws IOException {
    Files.writeString(folder.resolve(name + ".pem"), bundle.getCertificatePathPEM());
    Files.writeString(folder.resolve(name + ".key"), bundle.getPrivateKeyPEM());
  }

  /** What a server with a certificate goes by; it trusts clients of this authority. */
  public SSLContext context(X509Bundle server) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore store = server.toKeyStore("PKCS12", NO_PASSWORD);
    keys.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {authority.toTrustManager()}, null);
    return context;
  }
}
