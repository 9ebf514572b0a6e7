package io.ghlrelay.conformance.bench;

import io.ghlrelay.conformance.json.JsonObject;
import java.util.Locale;

/**
 * What a bench measured. Latencies are in nanoseconds.
 *
 * @param name what was measured
 * @param scheme how events were signed
 * @param connections to the relay
 * @param rate events a second that were due; 0 = closed loop
 * @param bodyBytes length of a body
 * @param sent events sent while measured
 * @param acknowledged of them, answered 2xx
 * @param refused of them, answered otherwise or not at all
 * @param delivered of them, at the sink; 0 without one
 * @param repeated of them, more than once at the sink
 * @param strange requests at the sink that are none of these
 * @param acknowledgedPerSecond rate of acknowledgements
 * @param deliveredPerSecond rate of deliveries; 0 without a sink
 * @param acknowledgement from due to acknowledged
 * @param delivery from acknowledged to delivered
 * @param cpuMicros time on processors of the process measured, for each event; 0 = not known
 * @param residentBytes its memory at the end; 0 = not known
 * @param writtenBytes written to disks, for each event; 0 = not known
 */
record BenchResult(
    String name,
    String scheme,
    int connections,
    double rate,
    int bodyBytes,
    int sent,
    long acknowledged,
    long refused,
    long delivered,
    long repeated,
    long strange,
    double acknowledgedPerSecond,
    double deliveredPerSecond,
    LatencyHistogram acknowledgement,
    LatencyHistogram delivery,
    double cpuMicros,
    long residentBytes,
    double writtenBytes) {

  /** Whether everything sent was acknowledged, and delivered once, if anything was. */
  boolean whole(boolean sink) {
    return acknowledged == sent && strange == 0 && (!sink || delivered == sent);
  }

  JsonObject json() {
    return new JsonObject()
        .put("name", name)
        .put("scheme", scheme)
        .put("connections", connections)
        .put("rate", rate)
        .put("bodyBytes", bodyBytes)
        .put("sent", sent)
        .put("acknowledged", acknowledged)
        .put("refused", refused)
        .put("delivered", delivered)
        .put("repeated", repeated)
        .put("strange", strange)
        .put("acknowledgedPerSecond", Math.round(acknowledgedPerSecond))
        .put("deliveredPerSecond", Math.round(deliveredPerSecond))
        .put("acknowledgementMs", latency(acknowledgement))
        .put("deliveryMs", latency(delivery))
        .put("cpuMicrosPerEvent", Math.round(cpuMicros * 10) / 10.0)
        .put("residentMiB", residentBytes >> 20)
        .put("writtenBytesPerEvent", Math.round(writtenBytes));
  }

  private static JsonObject latency(LatencyHistogram histogram) {
    return new JsonObject()
        .put("p50", millis(histogram.percentile(50)))
        .put("p99", millis(histogram.percentile(99)))
        .put("p999", millis(histogram.percentile(99.9)))
        .put("max", millis(histogram.max()));
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }

  /** For people. */
  String text() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s: %s, %d connections, %s, bodies of %d bytes%n",
            name,
            scheme,
            connections,
            rate == 0 ? "closed loop" : rate + " events/s",
            bodyBytes));
    out.append(
        String.format(
            Locale.ROOT,
            "  sent %d, acknowledged %d, refused %d, delivered %d (repeated %d, strange %d)%n",
            sent,
            acknowledged,
            refused,
            delivered,
            repeated,
            strange));
    out.append(
        String.format(
            Locale.ROOT,
            "  %,.0f acknowledged/s, %,.0f delivered/s%n",
            acknowledgedPerSecond,
            deliveredPerSecond));
    line(out, "acknowledgement", acknowledgement);
    if (delivery.count() > 0) {
      line(out, "delivery after it", delivery);
    }
    if (cpuMicros > 0) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %.1f us of CPU an event, %d MiB resident, %.0f bytes written an event%n",
              cpuMicros,
              residentBytes >> 20,
              writtenBytes));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String what, LatencyHistogram histogram) {
    out.append(
        String.format(
            Locale.ROOT,
            "  %-18s p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms%n",
            what,
            histogram.percentile(50) / 1e6,
            histogram.percentile(99) / 1e6,
            histogram.percentile(99.9) / 1e6,
            histogram.max() / 1e6));
  }
}
