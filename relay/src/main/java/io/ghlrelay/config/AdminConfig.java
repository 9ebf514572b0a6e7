package io.ghlrelay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener. Immutable.
 *
 * @param listen where to listen; beyond loopback only with a token
 * @param token bearer token for the API; null = none
 * @param showBodies whether bodies of events and of targets' answers may be seen: they hold
 *     personal data
 * @param auditFile where changes are noted beside the log, a line of JSON each; null = nowhere
 */
public record AdminConfig(
    ListenAddress listen, @Nullable Secret token, boolean showBodies, @Nullable Path auditFile) {}
