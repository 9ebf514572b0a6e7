/**
 * What the platform sends: signature schemes, published keys, the envelope. Depends on nothing of
 * ours.
 */
@NullMarked
package io.ghlrelay.platform;

import org.jspecify.annotations.NullMarked;
