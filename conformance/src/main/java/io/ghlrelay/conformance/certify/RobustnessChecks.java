package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.simulator.HttpSender;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What comes some day, and must not break an endpoint. Stateless. */
final class RobustnessChecks {
  private static final int CONCURRENT = 50;
  private static final int LARGE = 900 * 1024;
  private static final int HUGE = 20 << 20;
  private static final Duration UPLOAD = Duration.ofSeconds(2);

  private RobustnessChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(
            "duplicate",
            Severity.MAJOR,
            "takes an event that it has had before",
            "The platform repeats an event whenever an answer is lost; a refusal of the repeat"
                + " makes it try for an hour, and counts against the URL's success rate.",
            "Remember webhook ids; answer a repeat with 200 and do nothing.",
            RobustnessChecks::duplicate),
        new Check(
            "unknown-type",
            Severity.MAJOR,
            "takes an event of a type and with fields that it does not know",
            "The platform adds types and fields without notice: on that day events are lost.",
            "Answer 200 to what you do not handle.",
            endpoint ->
                taken(
                    endpoint,
                    "{\"type\":\"NobodyKnowsThis\",\"locationId\":\"ve9EPM428h8vShlRW1KT\","
                        + "\"appId\":\"65f1c0ffee65f1c0ffee65f1\",\"brandNew\":{\"a\":[1,null]},"
                        + "\"timestamp\":\""
                        + endpoint.now()
                        + "\",\"webhookId\":\"7f000001-0000-4000-8000-000000000001\"}")),
        new Check(
            "array",
            Severity.MAJOR,
            "takes an event that is an array",
            "SaasPlanCreate may be one: events of plans are lost.",
            "Do not assume that the body is an object.",
            endpoint ->
                taken(
                    endpoint,
                    "[{\"type\":\"SaasPlanCreate\",\"companyId\":\"UAXssdawIWAWD\","
                        + "\"planId\":\"65f1c0ffee65f1c0ffee65f1\"}]")),
        new Check(
            "empty",
            Severity.MINOR,
            "answers an empty body without a server error",
            "Alarms go off for nothing, and the platform tries again.",
            "Check before you parse; 4xx will do.",
            endpoint ->
                Endpoint.survived(endpoint.send(new byte[0], endpoint.signed(new byte[0])))),
        new Check(
            "large",
            Severity.MAJOR,
            "takes an event of 900 KiB",
            "E-mails with HTML, transcripts and orders can be that large; 413 is not tried again,"
                + " the event is lost.",
            "Raise the limit of the body parser (Express allows 100 kB by default).",
            endpoint -> {
              Payload event = endpoint.event(PayloadRequest.of("InboundMessage").withSize(LARGE));
              return endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
            }),
        new Check(
            "huge-unsigned",
            Severity.MINOR,
            "refuses 20 MiB without a signature, and lives",
            "Anybody can fill the memory of the endpoint.",
            "Limit the body; refuse with 413 as soon as the limit is passed.",
            RobustnessChecks::huge),
        new Check(
            "concurrent",
            Severity.MAJOR,
            "takes " + CONCURRENT + " events at a time, each in time",
            "One bulk edit in a location sends hundreds at once; those that wait too long are"
                + " sent again and make it worse.",
            "Answer before doing the work; use a queue.",
            RobustnessChecks::concurrent),
        new Check(
            "slow-upload",
            Severity.MINOR,
            "takes an event that arrives slowly, and others meanwhile",
            "One slow connection stops all the others, or a slow one is cut off.",
            "Read requests without blocking, with a limit of several seconds.",
            RobustnessChecks::slowUpload),
        new Check(
            "alive",
            Severity.CRITICAL,
            "still takes a genuine event after all this",
            "One bad request stops the service.",
            "See the endpoint's log for what it fell over.",
            endpoint -> {
              Payload event = endpoint.event("ContactCreate");
              return endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
            }));
  }

  private static Optional<String> taken(Endpoint endpoint, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    return endpoint.taken(endpoint.send(body, endpoint.signed(body)));
  }

  private static Optional<String> duplicate(Endpoint endpoint) {
    Payload event = endpoint.event("ContactCreate");
    for (int time = 1; time <= 3; time++) {
      Optional<String> seen =
          endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
      if (seen.isPresent()) {
        return Optional.of("at time " + time + ": " + seen.get());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> huge(Endpoint endpoint) {
    HttpSender.Sent sent = endpoint.send(new byte[HUGE], Map.of());
    // A connection that is cut while the body still flows is as good as a 413.
    boolean cut = sent.outcome().label().equals("reset");
    return cut ? Optional.empty() : Endpoint.refused(sent);
  }

  private static Optional<String> concurrent(Endpoint endpoint) {
    List<Payload> events = new ArrayList<>();
    for (int i = 0; i < CONCURRENT; i++) {
      events.add(endpoint.event("ContactUpdate"));
    }
    List<Map<String, String>> signatures =
        events.stream().map(event -> endpoint.signed(event.body())).toList();
    List<CompletableFuture<HttpSender.Sent>> answers = new ArrayList<>();
    for (int i = 0; i < CONCURRENT; i++) {
      answers.add(endpoint.later(events.get(i).body(), signatures.get(i)));
    }
    List<String> bad =
        answers.stream()
            .map(answer -> endpoint.taken(answer.join()))
            .flatMap(Optional::stream)
            .toList();
    return bad.isEmpty()
        ? Optional.empty()
        : Optional.of(bad.size() + " of " + CONCURRENT + ", the first: " + bad.get(0));
  }

  private static Optional<String> slowUpload(Endpoint endpoint) {
    Payload slow = endpoint.event(PayloadRequest.of("InboundMessage").withSize(8 * 1024));
    Payload other = endpoint.event("ContactCreate");
    int pieces = 8;
    InputStream dribble = new SlowStream(slow.body(), pieces, UPLOAD.dividedBy(pieces));
    CompletableFuture<HttpSender.Sent> uploading =
        endpoint.later(
            HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> dribble), slow.body().length),
            endpoint.signed(slow.body()));
    Optional<String> beside =
        endpoint
            .taken(endpoint.send(other.body(), endpoint.signed(other.body())))
            .map(seen -> "another event meanwhile: " + seen);
    HttpSender.Sent sent = uploading.join();
    if (beside.isPresent()) {
      return beside;
    }
    return sent.outcome().delivered() ? Optional.empty() : Optional.of(Endpoint.words(sent));
  }
}
