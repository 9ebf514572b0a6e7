/** How the relay logs. Depends on nothing of ours. */
@NullMarked
package io.ghlrelay.logging;

import org.jspecify.annotations.NullMarked;
