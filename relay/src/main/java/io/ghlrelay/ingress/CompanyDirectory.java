package io.ghlrelay.ingress;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.store.Admission.LearntCompany;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which company a location belongs to, learnt from INSTALL events: most other events name no
 * company (the platform's webhook guide). The store keeps it; this is its copy in memory.
 * Thread-safe.
 */
public final class CompanyDirectory {
  private static final String INSTALL = "INSTALL";

  private final Map<String, String> companies;

  /** Starts with what the store has kept: location id to company id. */
  public CompanyDirectory(Map<String, String> learnt) {
    this.companies = new ConcurrentHashMap<>(learnt);
  }

  /** The company learnt for the envelope's location, or null. */
  public @Nullable String companyOf(Envelope envelope) {
    return envelope.locationId() == null ? null : companies.get(envelope.locationId());
  }

  /** What this event teaches that is not known yet, or null. */
  @Nullable LearntCompany lesson(Envelope envelope) {
    String location = envelope.locationId();
    String company = envelope.companyId();
    if (!INSTALL.equals(envelope.type()) || location == null || company == null) {
      return null;
    }
    return company.equals(companies.get(location)) ? null : new LearntCompany(location, company);
  }

  /** Forgets a location's company, until an INSTALL event teaches it anew. */
  public void forget(String locationId) {
    companies.remove(locationId);
  }

  /** Takes in what another relay has learnt. */
  public void learn(String locationId, String companyId) {
    companies.put(locationId, companyId);
  }

  /** Takes in what has become durable. */
  void learn(LearntCompany lesson) {
    learn(lesson.locationId(), lesson.companyId());
  }
}
