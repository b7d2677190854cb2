package org.diffsynth.app.frames;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.diffsynth.frame.FrameSink;

/** Keeps the finished frames of work that failed, without replacing an older output. */
public final class UnfinishedOutput {

  private UnfinishedOutput() {}

  /**
   * Commits a sink whose output exists already. The older output keeps its name, and the new one
   * gets a name that is free, such as {@code a.unfinished.mp4} for {@code a.mp4}. If the process is
   * killed meanwhile, the older output is left under the name {@code a.older.mp4}.
   *
   * @param out an existing file or folder, which the sink would replace
   * @return the file or folder that holds the finished frames
   * @throws IOException if the frames cannot be kept; the older output keeps its name
   */
  public static Path commitBeside(Path out, FrameSink sink) throws IOException {
    Path unfinished = freeName(out, "unfinished");
    Path older = freeName(out, "older");
    Files.move(out, older);
    try {
      sink.commit();
      Files.move(out, unfinished);
    } finally {
      Files.move(older, out);
    }
    return unfinished;
  }

  private static Path freeName(Path out, String word) {
    String name = out.getFileName().toString();
    int dot = name.lastIndexOf('.');
    int end = dot <= 0 ? name.length() : dot;
    for (int i = 1; ; i++) {
      String part = "." + word + (i == 1 ? "" : i);
      Path path = out.resolveSibling(name.substring(0, end) + part + name.substring(end));
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return path;
      }
    }
  }
}
