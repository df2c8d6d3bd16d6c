package pekkopeer;

import java.util.HashMap;
import java.util.Map;

/** Which tables to work on: pairs of --name and value. */
record Options(
    String endpoint, String journalTable, String snapshotTable, String journalName, String indexName, String region) {

  static Options parse(String[] argv) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < argv.length; i += 2) {
      if (!argv[i].startsWith("--") || i + 1 == argv.length)
        throw new IllegalArgumentException("options come in pairs, --name VALUE; this is none: " + argv[i]);
      given.put(argv[i].substring(2), argv[i + 1]);
    }
    Options options =
        new Options(
            given.remove("endpoint"),
            given.remove("journal-table"),
            given.remove("snapshot-table"),
            given.getOrDefault("journal-name", "journal"),
            given.getOrDefault("index-name", "persistence-ids-idx"),
            given.getOrDefault("region", "us-east-1"));
    given.keySet().removeAll(java.util.Set.of("journal-name", "index-name", "region"));
    if (!given.isEmpty()) throw new IllegalArgumentException("unknown options " + given.keySet());
    if (options.endpoint == null || options.journalTable == null || options.snapshotTable == null)
      throw new IllegalArgumentException("--endpoint, --journal-table and --snapshot-table are needed");
    return options;
  }
}
