/**
 * The {@link io.ghlrelay.store.EventStore} contract and its records. May use {@code platform} and
 * {@code retry}.
 */
@NullMarked
package io.ghlrelay.store;

import org.jspecify.annotations.NullMarked;
