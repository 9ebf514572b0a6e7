package io.ghlrelay.conformance.report;

import io.ghlrelay.conformance.simulator.Delivery;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A report that every CI reads: one test case a delivery or check. Stateless. */
public final class JUnitXml {
  private JUnitXml() {}

  /**
   * One case.
   *
   * @param name what was tested
   * @param failure what is wrong, in one line; empty = nothing
   * @param detail more of it, for people
   */
  public record Case(String name, String failure, String detail) {}

  /** The cases of deliveries: each failed if it broke an assertion. */
  public static List<Case> cases(List<Delivery> deliveries, Map<Delivery, String> failures) {
    return deliveries.stream()
        .map(
            delivery ->
                new Case(
                    delivery.event().toString(),
                    failures.getOrDefault(delivery, ""),
                    TimelineText.of(delivery)))
        .toList();
  }

  /** Writes a suite, replacing the file. */
  public static void write(Path file, String suite, List<Case> cases) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", suite);
      xml.writeAttribute("tests", String.valueOf(cases.size()));
      xml.writeAttribute(
          "failures",
          String.valueOf(cases.stream().filter(one -> !one.failure().isEmpty()).count()));
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("skipped", "0");
      for (Case one : cases) {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", suite);
        xml.writeAttribute("name", clean(one.name()));
        xml.writeAttribute("time", "0");
        if (!one.failure().isEmpty()) {
          xml.writeStartElement("failure");
          xml.writeAttribute("message", clean(one.failure()));
          xml.writeCharacters(clean(one.detail()));
          xml.writeEndElement();
        }
        xml.writeEndElement();
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException("cannot write " + file, e);
    }
  }

  /** XML 1.0 has no place for most control characters, nor for lone surrogates. */
  private static String clean(String text) {
    return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "?");
  }
}
