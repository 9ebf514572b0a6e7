/** Group commit, shared by the stores. */
@NullMarked
package io.ghlrelay.store.commit;

import org.jspecify.annotations.NullMarked;
