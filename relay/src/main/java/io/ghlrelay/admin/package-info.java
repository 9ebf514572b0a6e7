/** Admin API, health and metrics: looks on from the side. */
@NullMarked
package io.ghlrelay.admin;

import org.jspecify.annotations.NullMarked;
