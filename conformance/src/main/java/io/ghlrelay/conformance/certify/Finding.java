package io.ghlrelay.conformance.certify;

/**
 * A check that failed.
 *
 * @param check which one
 * @param seen what the endpoint did
 */
public record Finding(Check check, String seen) {}
