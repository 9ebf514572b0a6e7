/**
 * A battery of checks against anybody's endpoint. Uses {@code simulator}'s sender, {@code signing},
 * {@code payload} and {@code report}.
 */
@NullMarked
package io.ghlrelay.conformance.certify;

import org.jspecify.annotations.NullMarked;
