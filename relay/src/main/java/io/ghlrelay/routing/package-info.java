/** Routes to targets: an immutable table, swapped whole on reload. May use {@code platform}. */
@NullMarked
package io.ghlrelay.routing;

import org.jspecify.annotations.NullMarked;
