package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.QuickSigner;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A campaign's events: number n of a seed has the same bytes whenever it is asked for, so that none
 * is kept. Immutable.
 */
final class EventSource {
  private static final String[] TYPES = {"ContactCreate", "ContactUpdate", "OpportunityCreate"};

  /** Two sizes, on both sides of what a store may keep apart. */
  private static final int[] SIZES = {400, 700};

  private static final String TAIL = "-0000-4000-8000-";
  private static final int ID_LENGTH = 36;
  private static final String PLACE = "0".repeat(8) + TAIL + "0".repeat(12);

  private final String prefix;
  private final SigningKeys keys;
  private final QuickSigner signer;
  private final List<Template> templates = new ArrayList<>();

  private record Template(byte[] before, byte[] after) {}

  EventSource(long seed, SigningKeys keys) {
    this.prefix = "%08x".formatted((int) (seed ^ (seed >>> 32)) | 1) + TAIL;
    this.keys = keys;
    this.signer = keys.quickSigner();
    PayloadGenerator payloads = new PayloadGenerator(seed);
    for (int size : SIZES) {
      for (String type : TYPES) {
        for (int route = 0; route < CampaignTarget.routes(); route++) {
          PayloadRequest request =
              PayloadRequest.of(type)
                  .withLocationId(location(route))
                  .withWebhookId(PLACE)
                  .withSize(size);
          String body = new String(payloads.next(request).body(), StandardCharsets.UTF_8);
          int at = body.indexOf(PLACE);
          templates.add(
              new Template(
                  body.substring(0, at).getBytes(StandardCharsets.UTF_8),
                  body.substring(at + ID_LENGTH).getBytes(StandardCharsets.UTF_8)));
        }
      }
    }
  }

  /** What the events of a route have as their location. */
  static String location(int route) {
    return "campaign-" + route;
  }

  /** Indexes of the targets that an event goes to. */
  int[] targets(int event) {
    return CampaignTarget.route(event % CampaignTarget.routes());
  }

  String webhookId(int event) {
    return prefix + "%012x".formatted(event);
  }

  /** Which event has this id; -1 = none of ours. */
  int number(String webhookId) {
    if (webhookId.length() != ID_LENGTH || !webhookId.startsWith(prefix)) {
      return -1;
    }
    try {
      return Integer.parseInt(webhookId.substring(prefix.length()), 16);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  byte[] body(int event) {
    Template template = templates.get(event % templates.size());
    byte[] id = webhookId(event).getBytes(StandardCharsets.US_ASCII);
    byte[] body = new byte[template.before().length + id.length + template.after().length];
    System.arraycopy(template.before(), 0, body, 0, template.before().length);
    System.arraycopy(id, 0, body, template.before().length, id.length);
    System.arraycopy(
        template.after(), 0, body, template.before().length + id.length, template.after().length);
    return body;
  }

  /** For {@code X-GHL-Signature}. */
  String signature(byte[] body) {
    return signer.sign(body);
  }

  /** The public key, for the relay. */
  String publicPem() {
    return keys.publicPem(Scheme.ED25519);
  }
}
