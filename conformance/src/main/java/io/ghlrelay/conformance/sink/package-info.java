/**
 * An endpoint that does what a script says, on real sockets. Uses {@code fault} and {@code json}.
 */
@NullMarked
package io.ghlrelay.conformance.sink;

import org.jspecify.annotations.NullMarked;
