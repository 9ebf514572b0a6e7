package io.ghlrelay.platform;

import java.security.PublicKey;

/**
 * A public key whose signatures the relay accepts. Immutable.
 *
 * @param scheme the scheme it verifies
 * @param key the key itself
 * @param id a short name for logs and the API, for example {@code ghl} or a fingerprint; never
 *     secret
 */
public record TrustedKey(SignatureScheme scheme, PublicKey key, String id) {}
