package pekkopeer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** JSON lines, and events and states as {"type", "value"}. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static String line(Object o) {
    try {
      return MAPPER.writeValueAsString(o);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An ordered object from alternating names and values. */
  static Map<String, Object> obj(Object... kv) {
    Map<String, Object> m = new LinkedHashMap<>();
    for (int i = 0; i < kv.length; i += 2) m.put((String) kv[i], kv[i + 1]);
    return m;
  }

  /** Adds "type" and "value" of an event or snapshot to an object. */
  static Map<String, Object> typed(Map<String, Object> into, Object v) {
    if (v instanceof String) return put(into, "string", v);
    if (v instanceof byte[] b) return put(into, "bytes", Base64.getEncoder().encodeToString(b));
    // a string: JSON numbers lose the low bits beyond 2^53 in many readers
    if (v instanceof Long) return put(into, "long", v.toString());
    if (v instanceof Integer) return put(into, "int", v);
    if (v instanceof Boolean) return put(into, "boolean", v);
    if (v instanceof ByteString bs) return put(into, "bytestring", Base64.getEncoder().encodeToString(bs.toArray()));
    if (v instanceof Events.Note n) return put(into, "note", obj("version", n.version(), "text", n.text()));
    if (v instanceof Events.Adapted a) return put(into, "adapted", obj("text", a.text(), "manifest", a.manifest()));
    return put(into, v.getClass().getName(), v.toString());
  }

  private static Map<String, Object> put(Map<String, Object> into, String type, Object value) {
    into.put("type", type);
    into.put("value", value);
    return into;
  }

  /** The event or state that "type" and "value" stand for. */
  static Object value(JsonNode typed) {
    JsonNode v = typed.required("value");
    return switch (typed.required("type").asText()) {
      case "string" -> v.asText();
      case "bytes" -> Base64.getDecoder().decode(v.asText());
      case "long" -> Long.valueOf(v.asText());
      case "int" -> v.asInt();
      case "boolean" -> v.asBoolean();
      case "bytestring" -> ByteString.fromArray(Base64.getDecoder().decode(v.asText()));
      case "note" -> new Events.Note(v.required("version").asInt(), v.required("text").asText());
      case "adapted" -> new Events.Adapted(v.required("text").asText(), null);
      default -> throw new IllegalArgumentException("unknown type " + typed.get("type"));
    };
  }
}
