/**
 * Event bodies as the platform writes them, and as it might: all its types, from a seed. Uses
 * {@code json}.
 */
@NullMarked
package io.ghlrelay.conformance.payload;

import org.jspecify.annotations.NullMarked;
