package io.ghlrelay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which contact an event is about. */
class ContactTest {
  private final EnvelopeReader reader = new EnvelopeReader();

  private String contact(String body) {
    return String.valueOf(reader.contact(body.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'OpportunityCreate','id':'o1','contactId':'c1'}",
        "{'type':'ContactTagUpdate','id':'c1','locationId':'l1'}",
        "{'id':'c1','type':'ContactCreate'}",
        "{'type':'ContactUpdate','id':'x','contactId':'c1'}",
        "{'type':'AppointmentUpdate','appointment':{'id':'a1','contactId':'c1'}}",
        "{'type':'InvoicePaid','_id':'i1','contactDetails':{'id':'c1','name':'n'}}",
        "{'type':'NoteCreate','data':{'id':'n1','contactId':'c1'}}",
        "{'type':'ContactUpdate','data':{'id':'c1'}}",
        "{'type':'AppointmentUpdate','data':{'appointment':{'contactId':'c1'}}}"
      })
  void isReadWhereTheEventHasIt(String body) {
    assertThat(contact(body.replace('\'', '"'))).isEqualTo("c1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'ProductCreate','id':'c1'}",
        "{'type':'ContactCreate','id':7}",
        "{'type':'ContactCreate','id':''}",
        "{'type':'NoteCreate','relations':[{'contactId':'c1'}]}",
        "{'type':'NoteCreate','contactId':'c1'} and more",
        "['c1']",
        ""
      })
  void isAbsentElsewhere(String body) {
    assertThat(contact(body.replace('\'', '"'))).isEqualTo("null");
  }

  @Test
  void doesNotChangeTheEnvelope() {
    byte[] body =
        "{\"type\":\"ContactCreate\",\"id\":\"c1\",\"contactId\":\"c2\",\"locationId\":\"l1\"}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(reader.read(body))
        .isEqualTo(new Envelope(null, "ContactCreate", "l1", null, null, null));
  }
}
