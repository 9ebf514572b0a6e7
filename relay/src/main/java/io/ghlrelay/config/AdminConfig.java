package io.ghlrelay.config;

import org.jspecify.annotations.Nullable;

/**
 * The admin listener. Immutable.
 *
 * @param listen where to listen; beyond loopback only with a token
 * @param token bearer token for the API; null = none
 * @param showBodies whether bodies of events and of targets' answers may be seen: they hold
 *     personal data
 */
public record AdminConfig(ListenAddress listen, @Nullable Secret token, boolean showBodies) {}
