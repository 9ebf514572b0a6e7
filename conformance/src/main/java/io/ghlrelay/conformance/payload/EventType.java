package io.ghlrelay.conformance.payload;

import org.jspecify.annotations.Nullable;

/**
 * A type of event that the platform sends.
 *
 * @param name its name in the platform's documentation
 * @param category what it is about; the template of its fields
 * @param locationAt where its body names the location
 * @param companyId whether its body names the company
 * @param agencyLevel whether there is a form for the whole company, without a location
 * @param idField the name of the entity's id
 * @param nest the object that the entity stands in; null = at the top
 * @param wireType what its body says as {@code type}; not always the name
 */
public record EventType(
    String name,
    String category,
    LocationAt locationAt,
    boolean companyId,
    boolean agencyLevel,
    String idField,
    @Nullable String nest,
    String wireType) {

  /** Where a body names its location. */
  public enum LocationAt {
    /** {@code locationId}. */
    LOCATION_ID,
    /** {@code altId}, with {@code altType} "location". */
    ALT_ID,
    /** Both of them. */
    LOCATION_ID_AND_ALT_ID,
    /** {@code id}: the entity is the location. */
    ID,
    /** Nowhere. */
    NONE
  }
}
