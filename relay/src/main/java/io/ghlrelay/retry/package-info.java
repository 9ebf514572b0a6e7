/** Retry policies: pure rules, no I/O and no clock of their own. Depends on nothing of ours. */
@NullMarked
package io.ghlrelay.retry;

import org.jspecify.annotations.NullMarked;
