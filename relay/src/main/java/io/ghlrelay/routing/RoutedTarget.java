package io.ghlrelay.routing;

/**
 * One target chosen for an event. Immutable.
 *
 * @param target the target's name
 * @param route the name of the first route that chose it
 */
public record RoutedTarget(String target, String route) {}
