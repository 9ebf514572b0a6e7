package io.ghlrelay.store;

/**
 * One request header as received. Immutable.
 *
 * @param name as sent
 * @param value as sent
 */
public record Header(String name, String value) {}
