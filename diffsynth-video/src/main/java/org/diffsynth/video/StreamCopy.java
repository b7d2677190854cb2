package org.diffsynth.video;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a written video takes over from another file beside the frames: sound, subtitles, chapters,
 * fonts, cover pictures and texts such as the title and the date.
 *
 * <p>Streams are copied unchanged, up to the length of the video. Sound and text subtitles in a
 * codec that the container of the output cannot hold are converted, with a warning in the log.
 * Everything else that the container cannot hold is left out and named in one warning before the
 * first frame is written. From a folder of pictures to another, the names of the pictures without
 * their extensions are kept. Matroska files ({@code .mkv}) hold the most.
 *
 * @param source file to copy from; pictures and folders of pictures have nothing to copy
 * @param kinds kinds of content to copy; all by default
 */
public record StreamCopy(Path source, Set<Kind> kinds) {

  /** Kind of content beside the frames of a video. */
  public enum Kind {
    /** Sound. */
    AUDIO,
    /** Subtitles. */
    SUBTITLES,
    /** Names and times of chapters. */
    CHAPTERS,
    /** Fonts and other files inside a Matroska file, and cover pictures. */
    ATTACHMENTS,
    /** Time codes and other streams that are neither pictures, sound nor text. */
    DATA,
    /**
     * Texts about the file, such as title, date, place and camera. The language, the title and the
     * role of a copied stream are always copied.
     */
    METADATA
  }

  /** Copies the set of kinds. */
  public StreamCopy {
    kinds = Set.copyOf(kinds);
  }

  /** Returns the copy of everything that a file has beside its frames. */
  public static StreamCopy allOf(Path source) {
    return new StreamCopy(source, EnumSet.allOf(Kind.class));
  }

  /** Returns a copy of these settings that leaves a kind of content out. */
  public StreamCopy without(Kind kind) {
    Set<Kind> fewer = EnumSet.copyOf(kinds.isEmpty() ? EnumSet.noneOf(Kind.class) : kinds);
    fewer.remove(kind);
    return new StreamCopy(source, fewer);
  }
}
