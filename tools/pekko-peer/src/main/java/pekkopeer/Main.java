package pekkopeer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads commands from standard input, one JSON object a line, and answers each by one line. See README.md. */
public final class Main {
  private Main() {}

  public static void main(String[] argv) throws Exception {
    System.setProperty("org.apache.commons.logging.Log", "org.apache.commons.logging.impl.NoOpLog");
    System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Options options;
    try {
      if (argv.length == 0 || !argv[0].equals("serve")) throw new IllegalArgumentException("the command is serve");
      options = Options.parse(java.util.Arrays.copyOfRange(argv, 1, argv.length));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    try (Peer peer = new Peer(options)) {
      Commands commands = new Commands(peer);
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine())
        if (!line.isBlank()) out.println(Json.line(answer(commands, line)));
    }
    System.exit(0); // the read journal's client has threads that nothing ends
  }

  private static Map<String, Object> answer(Commands commands, String line) {
    JsonNode command = null;
    try {
      command = Json.MAPPER.readTree(line);
      return Json.obj("id", command.get("id"), "result", commands.run(command));
    } catch (Exception e) {
      StringBuilder sb = new StringBuilder();
      for (Throwable t = e; t != null; t = t.getCause()) sb.append(sb.isEmpty() ? "" : " | ").append(t);
      return Json.obj("id", command == null ? null : command.get("id"), "error", sb.toString());
    }
  }
}
