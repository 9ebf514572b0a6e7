package io.ghlrelay.delivery;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.ghlrelay.config.TargetTls;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What TLS towards targets is done with: one context for the usual case, and one for each target
 * whose configuration says otherwise, which goes when that configuration does. A context keeps the
 * sessions to be resumed, so none is ever shared by two identities. Thread-safe.
 */
final class TlsContexts {
  private final SslContext usual;
  private final LoadingCache<TargetTls, SslContext> own =
      Caffeine.newBuilder().weakKeys().executor(Runnable::run).build(TlsContexts::build);

  TlsContexts() {
    try {
      this.usual = client(TargetTls.Version.TLS_1_2).build();
    } catch (SSLException e) {
      throw new IllegalStateException("no TLS in this Java runtime", e);
    }
  }

  /**
   * The context of a target.
   *
   * @param tls its own TLS; null = the usual
   * @throws java.util.concurrent.CompletionException if this Java runtime cannot do what it asks
   */
  SslContext of(@Nullable TargetTls tls) {
    return tls == null ? usual : own.get(tls);
  }

  private static SslContextBuilder client(TargetTls.Version oldest) {
    return SslContextBuilder.forClient()
        .endpointIdentificationAlgorithm("HTTPS")
        .protocols(
            oldest == TargetTls.Version.TLS_1_3
                ? List.of("TLSv1.3")
                : List.of("TLSv1.3", "TLSv1.2"));
  }

  private static SslContext build(TargetTls tls) throws GeneralSecurityException, SSLException {
    SslContextBuilder builder = client(tls.minVersion());
    TargetTls.Trust trust = tls.trust();
    if (trust != null) {
      List<X509Certificate> authorities = new ArrayList<>(trust.certificates());
      if (trust.systemRoots()) {
        authorities.addAll(systemRoots());
      }
      builder.trustManager(authorities);
    }
    TargetTls.Identity identity = tls.identity();
    if (identity != null) {
      builder.keyManager(identity.key(), identity.chain());
    }
    return builder.build();
  }

  private static List<X509Certificate> systemRoots() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return List.of(x509.getAcceptedIssuers());
      }
    }
    throw new GeneralSecurityException("this Java runtime has no certificate authorities");
  }
}
