package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.Palette;
import picocli.CommandLine.Option;

/** Option that gives a finished video the colours of another one. */
public final class ColourMatchOptions {

  @Option(
      names = {"--match-colours", "--match-colors"},
      order = 1,
      paramLabel = "PATH",
      description =
          "Picture or clip whose colours the result gets: the mean and the spread of red, green and"
              + " blue over the whole clip, by one change for all frames, which cannot flicker. Reads"
              + " the video once more. Default: colours stay.")
  private Path reference;

  /** Opens a video. */
  @FunctionalInterface
  public interface Opening {

    /** Opens the video at its first frame. */
    FrameSource open() throws IOException;
  }

  /** Returns the picture or clip whose colours are wanted, or null. */
  public Path reference() {
    return reference;
  }

  /**
   * Measures the colours of a video, and returns the change that gives it those of the reference.
   *
   * @param inputs opens the reference
   * @param video opens the video, whose result has about its colours
   * @return empty if no reference is given
   */
  public Optional<Palette.Transfer> transfer(InputOptions inputs, Opening video)
      throws IOException {
    if (reference == null) {
      return Optional.empty();
    }
    Palette wanted;
    try (FrameSource frames = inputs.open(reference)) {
      wanted = Palette.of(frames);
    }
    try (FrameSource frames = video.open()) {
      return Optional.of(Palette.of(frames).transferTo(wanted));
    }
  }
}
