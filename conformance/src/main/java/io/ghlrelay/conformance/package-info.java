/**
 * The platform's behaviour as golden vectors: language-neutral JSON that any implementation can be
 * held against. Depends on nothing.
 */
@NullMarked
package io.ghlrelay.conformance;

import org.jspecify.annotations.NullMarked;
