/**
 * A store without durability, for tests and benchmarks. May use {@code store} and what that may
 * use.
 */
@NullMarked
package io.ghlrelay.store.memory;

import org.jspecify.annotations.NullMarked;
