package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.app.options.FrameSizeConverter;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameSources;
import org.diffsynth.io.Resampler;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine.Option;

/** Options for what is rendered with the model inside the app: a clip, a prompt and a seed. */
final class QuickstartInput {

  @Option(
      names = "--input",
      order = 1,
      paramLabel = "PATH",
      description =
          "Video file or folder of pictures, of which the first frames are rendered. Default: a"
              + " built-in scene.")
  private Path video;

  @Option(
      names = "--prompt",
      order = 2,
      paramLabel = "TEXT",
      description =
          "Description of the style, in English; the model knows those of --list-styles. Default:"
              + " '"
              + QuickstartRenders.DEFAULT_PROMPT
              + "'.")
  private String prompt = QuickstartRenders.DEFAULT_PROMPT;

  @Option(
      names = "--list-styles",
      order = 3,
      description =
          "Print the styles that the model knows, with a prompt for each, and exit. Default:"
              + " render.")
  private boolean listStyles;

  @Option(
      names = "--frames",
      order = 4,
      paramLabel = "N",
      defaultValue = "16",
      description = "Number of frames, at least 1; time grows with it. Default: ${DEFAULT-VALUE}.")
  private int frames;

  @Option(
      names = "--size",
      order = 5,
      paramLabel = "WxH",
      converter = FrameSizeConverter.class,
      description =
          "Size of the result in pixels, multiples of 8. Default: about 384x256 pixels in the"
              + " shape of the input.")
  private FrameSize size;

  @Option(
      names = "--seed",
      order = 6,
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the noise; another seed gives another picture. Default: " + "${DEFAULT-VALUE}.")
  private long seed;

  boolean listsStyles() {
    return listStyles;
  }

  String prompt() {
    return prompt;
  }

  int frames() {
    return frames;
  }

  long seed() {
    return seed;
  }

  /** Returns the input for people to read. */
  String describe() {
    return video == null ? "built-in scene" : video.toString();
  }

  /** Checks what can be checked without reading the video. */
  void check() {
    UsageException.check(frames >= 1, "--frames must be at least 1, but was " + frames);
    UsageException.check(!prompt.isBlank(), "--prompt must not be blank");
    if (size != null) {
      checkSize(size);
    }
  }

  /** Reads the frames to render, at the size of the result. */
  Video read() throws IOException {
    if (video == null) {
      FrameSize shape = size == null ? QuickstartRenders.USUAL_SIZE : size;
      MovingScene scene =
          MovingScene.DEFAULT
              .withSize(shape.width(), shape.height())
              .withFrames(frames)
              .withWalker(true);
      try (FrameSource painted = scene.guide()) {
        return Video.readAll(painted);
      }
    }
    try (FrameSource opened = VideoFiles.open(video)) {
      FrameSize shape = size == null ? QuickstartRenders.usualSize(opened.format().size()) : size;
      try (FrameSource first =
          FrameSources.changed(
              FrameSources.range(opened, 0, frames),
              shape,
              frame -> Resampler.filled(frame, shape))) {
        return Video.readAll(first);
      }
    }
  }

  private static void checkSize(FrameSize size) {
    UsageException.check(
        size.width() % 8 == 0
            && size.height() % 8 == 0
            && Math.min(size.width(), size.height()) >= 64,
        "--size must be multiples of 8 and at least 64, but was " + size);
  }
}
