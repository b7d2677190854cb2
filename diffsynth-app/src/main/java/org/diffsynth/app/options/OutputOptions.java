package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.diffsynth.app.frames.CountingSink;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.io.Enhancement;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where a video goes and how it is compressed. */
public final class OutputOptions {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PATH",
      description =
          "Video file by its ending (.mp4 .mov .mkv .webm .avi .gif), or a name without an ending"
              + " for a folder of PNG pictures.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace an existing output.")
  private boolean overwrite;

  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description =
          "${COMPLETION-CANDIDATES}. Default: what is usual for the ending; FFV1 loses nothing.")
  private VideoCodec codec;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "90",
      description = "1 (small file) to 100 (best), for H264 and VP9. Default: ${DEFAULT-VALUE}.")
  private int quality;

  @Option(names = "--no-audio", description = "Leave the input's audio out.")
  private boolean noAudio;

  @Option(
      names = "--depth",
      paramLabel = "BITS",
      description = "8 or 16 bits a sample, where the output can. Default: as the input.")
  private Integer depth;

  @Option(
      names = "--contrast",
      paramLabel = "X",
      description = "Contrast given to finished frames, 0 (grey) to 10. Default: 1, no change.")
  private Float contrast;

  @Option(
      names = "--sharpness",
      paramLabel = "X",
      description = "Sharpness given to them then, 0 (smoothed) to 10. Default: 1, no change.")
  private Float sharpness;

  private Map<String, String> texts = Map.of();

  public Path path() {
    return out;
  }

  /** Texts that each picture of a folder of PNGs carries. */
  public void carry(Map<String, String> newTexts) {
    texts = Map.copyOf(newTexts);
  }

  /** Takes contrast and sharpness out of settings where no option gives them, and tells both. */
  public void merge(RenderSettings settings) {
    contrast = contrast == null ? settings.contrast : contrast;
    sharpness = sharpness == null ? settings.sharpness : sharpness;
    settings.contrast = contrast;
    settings.sharpness = sharpness;
  }

  /** Contrast and sharpness asked for. */
  public Enhancement enhancement() {
    try {
      return new Enhancement(contrast == null ? 1 : contrast, sharpness == null ? 1 : sharpness);
    } catch (IllegalArgumentException e) {
      throw wrongUse("--" + e.getMessage());
    }
  }

  /** What is asked for, at this frame rate and with this file's audio. */
  private VideoSettings settings(FrameRate rate, Path audioFrom) {
    if (quality < 1 || quality > 100) {
      throw wrongUse("--quality must be in [1, 100], was " + quality);
    }
    return new VideoSettings(
        rate,
        Optional.ofNullable(codec),
        quality,
        noAudio ? Optional.empty() : Optional.ofNullable(audioFrom),
        overwrite,
        texts);
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  /** Something that writes frames and may be cancelled. */
  public interface Work {
    void run(FrameSink sink) throws IOException;
  }

  /**
   * Creates the output, lets {@code work} fill it and completes it. When the work is cancelled, the
   * frames finished so far are kept, unless they would replace an older, whole output.
   *
   * @param audioFrom a file whose audio is kept, or null
   * @param like a frame of the input, whose depth the output gets unless another is asked for
   */
  public void write(FrameRate rate, Path audioFrom, Frame.Depth like, Work work)
      throws IOException {
    Enhancement enhancement = enhancement();
    boolean replaces = Files.exists(out);
    try (FrameSink sink = VideoFiles.create(out, settings(rate, audioFrom))) {
      CountingSink counting = new CountingSink(sink, depth(like), enhancement);
      try {
        work.run(counting);
        sink.commit();
      } catch (CancellationException e) {
        if (counting.frames() == 0 || replaces) {
          throw new CancellationException("cancelled; " + out + " was not touched");
        }
        sink.commit();
        throw new CancellationException(
            "cancelled; %s holds the %d frames that were finished"
                .formatted(out, counting.frames()));
      }
    }
  }

  private Frame.Depth depth(Frame.Depth like) {
    if (depth == null) {
      return like == Frame.Depth.UINT8 ? Frame.Depth.UINT8 : Frame.Depth.UINT16;
    }
    return switch (depth) {
      case 8 -> Frame.Depth.UINT8;
      case 16 -> Frame.Depth.UINT16;
      default -> throw wrongUse("--depth must be 8 or 16, was " + depth);
    };
  }
}
