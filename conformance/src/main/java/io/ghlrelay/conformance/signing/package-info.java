/** Keys and signatures as the platform makes them. Depends on nothing of ours. */
@NullMarked
package io.ghlrelay.conformance.signing;

import org.jspecify.annotations.NullMarked;
