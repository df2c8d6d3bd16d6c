package pekkopeer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.persistence.Recovery;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** What the peer can be told to do. Every command works through a persistent actor of its own, or the read journal. */
final class Commands {
  private final Peer peer;

  Commands(Peer peer) {
    this.peer = peer;
  }

  Object run(JsonNode command) {
    String what = command.path("do").asText();
    return switch (what) {
      case "ping" -> "pong";
      case "recover" -> peer.recover(pid(command), recovery(command)).json();
      case "append" -> append(command);
      case "delete" -> withActor(command, actor -> actor.deleteTo(command.required("toSequenceNr").asLong()));
      case "snapshot" -> withActor(command, actor -> actor.snapshot(Json.value(command.required("state"))));
      case "deleteSnapshots" ->
          withActor(command, actor -> actor.deleteSnapshots(criteria(command.required("criteria"))));
      case "currentIds" ->
          new TreeSet<>(
              command.path("scan").asBoolean() ? Queries.currentIdsByScan(peer) : Queries.currentIds(peer));
      case "benchWrite" -> new Bench(peer).write(command);
      case "benchRecover" -> new Bench(peer).recover(command);
      case "currentEvents" -> Queries.currentEvents(peer, pid(command));
      default -> throw new IllegalArgumentException("unknown command " + what);
    };
  }

  private static String pid(JsonNode command) {
    return command.required("pid").asText();
  }

  private static Recovery recovery(JsonNode command) {
    boolean fromSnapshot = command.path("snapshot").asBoolean(true);
    return Recovery.create(
        fromSnapshot ? criteria(command.path("criteria")) : SnapshotSelectionCriteria.none(),
        command.path("toSequenceNr").asLong(Long.MAX_VALUE),
        command.path("max").asLong(Long.MAX_VALUE));
  }

  /** Bounds that are left out are Pekko's defaults, so that none are {@code latest()}. */
  private static SnapshotSelectionCriteria criteria(JsonNode bounds) {
    return SnapshotSelectionCriteria.create(
        bounds.path("maxSequenceNr").asLong(Long.MAX_VALUE),
        bounds.path("maxTimestamp").asLong(Long.MAX_VALUE),
        bounds.path("minSequenceNr").asLong(0),
        bounds.path("minTimestamp").asLong(0));
  }

  private Map<String, Object> append(JsonNode command) {
    List<Object> events = new ArrayList<>();
    command.required("events").forEach(e -> events.add(Json.value(e)));
    List<Long> rejected = new ArrayList<>();
    JsonNode state = command.get("snapshotState");
    withActor(
        command,
        actor -> {
          if (!command.path("atomic").asBoolean()) rejected.addAll(actor.singles(events));
          else if (state == null) actor.batch(events);
          else actor.batch(events, command.required("snapshotAfter").asInt(), Json.value(state));
        });
    return Json.obj("rejected", rejected);
  }

  /** Recovers an actor, lets it do something and stops it, whatever became of it. */
  private Map<String, Object> withActor(JsonNode command, Consumer<PeerActor.Handle> steps) {
    PeerActor.Handle actor = peer.start(pid(command), Recovery.create());
    if (actor.recovered().failure != null) throw new IllegalStateException(actor.recovered().failure);
    try {
      steps.accept(actor);
    } finally {
      peer.stop(actor.ref());
    }
    return Json.obj();
  }
}
