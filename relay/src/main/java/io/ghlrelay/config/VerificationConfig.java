package io.ghlrelay.config;

import io.ghlrelay.platform.TrustedKey;
import java.util.List;
import java.util.Set;

/**
 * Whose signatures count. Immutable.
 *
 * @param keys accepted public keys, at least one; several per scheme during a rotation
 * @param apps accepted app ids; empty = any
 */
public record VerificationConfig(List<TrustedKey> keys, Set<String> apps) {
  public VerificationConfig {
    keys = List.copyOf(keys);
    apps = Set.copyOf(apps);
  }
}
