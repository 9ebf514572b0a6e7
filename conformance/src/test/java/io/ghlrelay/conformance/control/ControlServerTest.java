package io.ghlrelay.conformance.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.sink.SinkServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The control API, every answer held against its own description. */
@Timeout(60)
class ControlServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Set<String> called = new TreeSet<>();
  private ControlServer server;
  private SinkServer sink;
  private JsonNode openApi;

  @BeforeEach
  void start() throws Exception {
    sink = SinkServer.configure().start();
    server = new ControlServer("127.0.0.1", 0, Simulator.configure().seed(42));
    openApi = JSON.readTree(send("GET", "/openapi.json", "").body());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    sink.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                method.equals("GET")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode call(int status, String method, String path, String body) throws Exception {
    HttpResponse<String> answer = send(method, "/api/v1" + path, body.replace('\'', '"'));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode json = JSON.readTree(answer.body());
    String template = "/api/v1" + path.replaceFirst("/deliveries/[^/]+", "/deliveries/{id}");
    JsonNode described =
        openApi
            .path("paths")
            .path(template)
            .path(method.toLowerCase(java.util.Locale.ROOT))
            .path("responses")
            .path(String.valueOf(status));
    if (!described.isMissingNode()) {
      called.add(method + " " + template);
      String type = answer.headers().firstValue("Content-Type").orElse("");
      assertThat(schema(described.path("content").path(type).path("schema")).validate(json))
          .as("%s %s: %s", method, path, json)
          .isEmpty();
    } else {
      assertThat(status).as("described: %s %s", method, template).isIn(404, 413, 415);
    }
    return json;
  }

  private Schema schema(JsonNode schema) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("components", openApi.path("components"));
    whole.setAll((ObjectNode) schema);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(whole);
  }

  @Test
  void everyOperationWorksAsDescribed() throws Exception {
    sink.script(FaultScript.parse("attempt 1-2: status 503"));
    call(200, "POST", "/reset", "{'seed':7,'profile':'ghl-2025/intervals','signature':'both'}");
    call(409, "POST", "/events", "{'type':'ContactCreate'}");
    JsonNode state = call(200, "PUT", "/target", "{'url':'" + sink.url("/hook") + "'}");
    assertThat(state.path("timeline").asText()).isEqualTo("intervals");
    assertThat(state.path("publicKey").asText()).contains("BEGIN PUBLIC KEY");

    JsonNode sent =
        call(
            201,
            "POST",
            "/events",
            "{'type':'InvoicePaid','style':'hard','size':2048,'laterMs':5000}");
    assertThat(sent.path("state").asText()).isEqualTo("pending");
    call(408, "POST", "/wait", "{'id':'1','timeoutMs':10}");
    call(200, "POST", "/advance", "{'byMs':4999}");
    assertThat(sink.count()).isZero();
    call(200, "POST", "/advance", "{'toNextDue':true}");
    assertThat(sink.count()).isEqualTo(1);
    assertThat(sink.requests().get(0).body()).hasSize(2048);
    call(422, "POST", "/deliveries/1/assertions", "{'assert':['pending','attempts>=2']}");
    call(200, "POST", "/advance", "{'untilSettled':true}");
    assertThat(call(200, "POST", "/wait", "{'state':'delivered'}").path("deliveries")).hasSize(1);
    call(200, "POST", "/deliveries/1/assertions", "{'assert':['delivered','attempts==3']}");
    call(200, "POST", "/deliveries/1/resend", "{}");
    call(200, "POST", "/advance", "{'untilSettled':true}");
    JsonNode delivery = call(200, "GET", "/deliveries/1", "");
    assertThat(delivery.path("attempts")).hasSize(4);
    assertThat(delivery.path("attempts").get(3).path("manual").asBoolean()).isTrue();

    call(200, "PUT", "/script", "{'script':'*: refuse'}");
    call(201, "POST", "/events", "{'type':'ContactCreate'}");
    call(200, "POST", "/advance", "{'untilSettled':true}");
    assertThat(
            call(200, "GET", "/deliveries", "").path("deliveries").get(1).path("reason").asText())
        .isEqualTo("exhausted");
    call(200, "POST", "/enable", "{}");
    assertThat(call(200, "GET", "/simulator", "").path("settled").asInt()).isEqualTo(2);

    Set<String> described = new TreeSet<>();
    openApi
        .path("paths")
        .properties()
        .forEach(
            path -> {
              for (Iterator<String> it = path.getValue().fieldNames(); it.hasNext(); ) {
                described.add(it.next().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
              }
            });
    assertThat(called).as("everything described was called").isEqualTo(described);
  }

  @Test
  void whatMakesNoSenseIsAProblem() throws Exception {
    assertThat(call(400, "POST", "/events", "{'type':'Contact'}").path("detail").asText())
        .contains("did you mean");
    call(400, "POST", "/events", "{}");
    call(400, "POST", "/events", "{'type':'ContactCreate','colour':'red'}");
    call(400, "POST", "/events", "{'type':'ContactCreate','timestamp':'yesterday'}");
    call(400, "POST", "/events", "not json");
    call(400, "PUT", "/target", "{'url':'nowhere'}");
    call(400, "PUT", "/script", "{'script':'boom'}");
    call(400, "POST", "/advance", "{}");
    call(400, "POST", "/advance", "{'byMs':-1}");
    call(400, "POST", "/reset", "{'profile':'unknown'}");
    call(404, "GET", "/deliveries/9", "");
    call(404, "GET", "/nothing", "");
    HttpResponse<String> form =
        http.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/enable"))
                .POST(HttpRequest.BodyPublishers.ofString("a=b"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(form.statusCode()).as("what a page in a browser could send").isEqualTo(415);
  }

  @Test
  void runningTimeRunsByItself() throws Exception {
    sink.script(FaultScript.parse("attempt 1: status 503"));
    try (ControlServer running =
        new ControlServer(
            "127.0.0.1", 0, Simulator.configure().runningTime(100).target(sink.url("/")))) {
      server.close();
      server = running;
      call(201, "POST", "/events", "{'type':'ContactCreate'}");
      JsonNode done = call(200, "POST", "/wait", "{'id':'1','state':'delivered'}");
      assertThat(done.path("deliveries").get(0).path("attempts")).hasSize(2);
    }
  }
}
