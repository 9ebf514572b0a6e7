/** The only place that reads the operating system's clock. Depends on nothing of ours. */
@NullMarked
package io.ghlrelay.time;

import org.jspecify.annotations.NullMarked;
