/**
 * JSON, as little as the kit needs: it must not bring a library onto its users' class path. Depends
 * on nothing of ours.
 */
@NullMarked
package io.ghlrelay.conformance.json;

import org.jspecify.annotations.NullMarked;
