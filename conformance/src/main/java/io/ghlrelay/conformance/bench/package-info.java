/**
 * Load for a relay and a sink behind it, with figures: how many, how fast, at what cost. Uses
 * {@code payload}, {@code signing} and {@code json}.
 */
@NullMarked
package io.ghlrelay.conformance.bench;

import org.jspecify.annotations.NullMarked;
