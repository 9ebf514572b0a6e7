package io.ghlrelay.conformance.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signs with Ed25519 (RFC 8032) at the cost of a hash, some microseconds in place of a millisecond,
 * so that a load of a million events does not measure its own signing: all signatures share one
 * nonce, whose point the JVM computed once. They are valid like any other, but two of them give the
 * private key away, so this is for keys that guard nothing. Immutable, thread-safe.
 */
public final class QuickSigner {
  /** Order of the group. */
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private static final int HALF = 32;

  private final byte[] publicKey;
  private final byte[] noncePoint;
  private final BigInteger nonce;
  private final BigInteger secret;

  QuickSigner(KeyPair pair) {
    try {
      byte[] encoded = pair.getPublic().getEncoded();
      publicKey = Arrays.copyOfRange(encoded, encoded.length - HALF, encoded.length);
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] hash = MessageDigest.getInstance("SHA-512").digest(seed);
      hash[0] &= (byte) 0xf8;
      hash[HALF - 1] = (byte) ((hash[HALF - 1] & 0x7f) | 0x40);
      secret = number(hash, 0, HALF);
      // S = r + H(R, A, M) a: from one signature of the JVM's and the key follows its r.
      byte[] message = {};
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(message);
      byte[] made = signature.sign();
      noncePoint = Arrays.copyOf(made, HALF);
      nonce = number(made, HALF, 2 * HALF).subtract(challenge(message).multiply(secret)).mod(ORDER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no Ed25519", e);
    }
  }

  /** Base64 of a valid signature over these bytes. */
  public String sign(byte[] body) {
    byte[] signature = Arrays.copyOf(noncePoint, 2 * HALF);
    byte[] s = nonce.add(challenge(body).multiply(secret)).mod(ORDER).toByteArray();
    for (int i = 0; i < Math.min(s.length, HALF); i++) {
      signature[HALF + i] = s[s.length - 1 - i];
    }
    return Base64.getEncoder().encodeToString(signature);
  }

  private BigInteger challenge(byte[] message) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      digest.update(noncePoint);
      digest.update(publicKey);
      byte[] hash = digest.digest(message);
      return number(hash, 0, hash.length).mod(ORDER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-512", e);
    }
  }

  /** Little-endian, without a sign. */
  private static BigInteger number(byte[] bytes, int from, int to) {
    byte[] reversed = new byte[to - from];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = bytes[to - 1 - i];
    }
    return new BigInteger(1, reversed);
  }
}
