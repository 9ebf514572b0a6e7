package io.ghlrelay.ingress;

import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.KeyMaterial;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;

/**
 * What a TLS handshake needs, from files as they were at one moment. Immutable.
 *
 * @param context makes the handlers of connections
 * @param notBefore from when the certificate is valid
 * @param notAfter until when it is
 * @param digest of the files' contents, to see whether they have changed
 */
record Certificate(SslContext context, Instant notBefore, Instant notAfter, byte[] digest) {
  private static final ApplicationProtocolConfig PROTOCOLS =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  /**
   * Reads the files.
   *
   * @throws IOException if they cannot be used, in words for the operator
   */
  static Certificate read(IngressConfig.Tls tls) throws IOException {
    try {
      byte[] chain = KeyMaterial.bytes(tls.certificate());
      byte[] key = KeyMaterial.bytes(tls.key());
      KeyMaterial material =
          KeyMaterial.parse(tls.certificate().toString(), chain, tls.key().toString(), key);
      SslContext context =
          SslContextBuilder.forServer(
                  material.key(), material.chain().toArray(X509Certificate[]::new))
              .protocols(tls.minVersion().protocolsFrom())
              .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .applicationProtocolConfig(PROTOCOLS)
              .build();
      return new Certificate(
          context, material.notBefore(), material.notAfter(), digest(chain, key));
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("ingress.tls: " + e.getMessage(), e);
    }
  }

  /** Whether the files hold now what they held when this was read. */
  boolean isStillIn(IngressConfig.Tls tls) throws IOException {
    return Arrays.equals(
        digest, digest(KeyMaterial.bytes(tls.certificate()), KeyMaterial.bytes(tls.key())));
  }

  /**
   * Refuses one that clients would refuse.
   *
   * @throws IOException in words for the operator
   */
  Certificate validAt(Instant now) throws IOException {
    if (now.isAfter(notAfter)) {
      throw new IOException("ingress.tls: the certificate has expired, on " + notAfter);
    }
    if (now.isBefore(notBefore)) {
      throw new IOException("ingress.tls: the certificate is not valid before " + notBefore);
    }
    return this;
  }

  private static byte[] digest(byte[] chain, byte[] key) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(chain);
      sha.update((byte) 0);
      return sha.digest(key);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
