/** The store that many relays share: PostgreSQL 14 or later. May use {@code store.commit}. */
@NullMarked
package io.ghlrelay.store.postgres;

import org.jspecify.annotations.NullMarked;
