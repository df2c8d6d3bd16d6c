package pekkopeer;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.persistence.dynamodb.query.javadsl.DynamoDBReadJournal;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;

/** The read journal. */
final class Queries {
  private Queries() {}

  private static DynamoDBReadJournal journal(Peer peer) {
    return PersistenceQuery.get(peer.system)
        .getReadJournalFor(DynamoDBReadJournal.class, DynamoDBReadJournal.Identifier());
  }

  /** By the index. */
  static List<String> currentIds(Peer peer) {
    return Peer.await(
        journal(peer).currentPersistenceIds().runWith(Sink.seq(), peer.system).toCompletableFuture());
  }

  /** By a scan of the table. */
  static List<String> currentIdsByScan(Peer peer) {
    List<String> ids = new ArrayList<>();
    Peer.await(
            journal(peer).currentPersistenceIdsByPageScan().runWith(Sink.seq(), peer.system).toCompletableFuture())
        .forEach(page -> ids.addAll(scala.jdk.javaapi.CollectionConverters.asJava(page)));
    return ids;
  }

  static List<Object> currentEvents(Peer peer, String pid) {
    return Peer.await(
        journal(peer)
            .currentEventsByPersistenceId(pid, 0, Integer.MAX_VALUE)
            .map(e -> (Object) Json.typed(Json.obj("seq", e.sequenceNr()), e.event()))
            .runWith(Sink.seq(), peer.system)
            .toCompletableFuture());
  }
}
