/**
 * The platform as a sender: signs events, sends them, tries again, gives up, in real, scaled or
 * virtual time. Uses {@code schedule}, {@code signing}, {@code payload} and {@code fault}.
 */
@NullMarked
package io.ghlrelay.conformance.simulator;

import org.jspecify.annotations.NullMarked;
