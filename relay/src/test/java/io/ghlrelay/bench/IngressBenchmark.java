package io.ghlrelay.bench;

import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.EnvelopeReader;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.platform.TrustedKey;
import io.ghlrelay.platform.Verification;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the ingress does with a body of 2 KiB, hot. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class IngressBenchmark {
  private final byte[] body =
      new PayloadGenerator(4711).next(PayloadRequest.of("ContactUpdate").withSize(2048)).body();
  private final SigningKeys keys = SigningKeys.shared();
  private final List<String> ed25519 = List.of(keys.sign(Scheme.ED25519, body));
  private final List<String> rsa = List.of(keys.sign(Scheme.RSA_SHA256, body));
  private final SignatureVerifier verifier =
      new SignatureVerifier(
          List.of(
              new TrustedKey(SignatureScheme.ED25519, keys.publicKey(Scheme.ED25519), "e"),
              new TrustedKey(SignatureScheme.RSA_SHA256, keys.publicKey(Scheme.RSA_SHA256), "r")),
          CryptoProviders.choose());
  private final EnvelopeReader reader = new EnvelopeReader();

  @Benchmark
  public Verification verifyEd25519() {
    return verifier.verify(body, ed25519, List.of());
  }

  @Benchmark
  public Verification verifyRsa() {
    return verifier.verify(body, List.of(), rsa);
  }

  @Benchmark
  public Envelope peekEnvelope() {
    return reader.read(body);
  }
}
