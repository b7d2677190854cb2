package org.diffsynth.spark;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.job.DeflickerJob;
import org.diffsynth.job.Job;
import org.diffsynth.job.JobInput;
import org.diffsynth.job.JobTask;
import org.diffsynth.video.PictureTags;
import org.diffsynth.video.ReadSettings;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * A clip whose inputs were read once, for their fingerprints.
 *
 * @param guideFingerprint null without a guide
 */
record PreparedClip(Clip clip, String styleFingerprint, String guideFingerprint, Frame.Depth depth)
    implements ClipTask {

  private static final long serialVersionUID = 1;

  static PreparedClip of(Clip clip) throws IOException {
    clip.check();
    Path guide = clip.guidePath();
    return new PreparedClip(
        clip,
        fingerprint(clip.stylePath()),
        guide == null ? null : fingerprint(guide),
        clip.depth());
  }

  private static String fingerprint(Path path) throws IOException {
    return JobInput.of("input", path, () -> VideoFiles.open(path)).fingerprint();
  }

  @Override
  public JobTask open(ComputeOptions compute) {
    DeflickerJob task =
        DeflickerJob.of(clip.deflicker(compute), input("style", styleFingerprint, clip.stylePath()))
            .withDepth(depth);
    Path guide = clip.guidePath();
    return guide == null ? task : task.withGuide(input("guide", guideFingerprint, guide));
  }

  private static JobInput input(String name, String fingerprint, Path path) {
    return new JobInput(name, fingerprint, () -> VideoFiles.open(path));
  }

  /** Writes the finished frames with the sound of the style; an existing output is replaced. */
  void write(Job job, Monitor monitor) throws IOException {
    VideoFiles.write(Path.of(clip.getOutput()), settings(clip), sink -> job.writeTo(sink, monitor));
  }

  /** Returns how the output of a clip is written. */
  static VideoSettings settings(Clip clip) throws IOException {
    Path style = clip.stylePath();
    PictureTags tags = VideoFiles.tags(style, ReadSettings.DEFAULT);
    try (FrameSource source = VideoFiles.open(style)) {
      return VideoSettings.DEFAULT
          .withFrameRate(source.format().frameRate())
          .withStreamsFrom(style)
          .withTags(tags)
          .withOverwrite(true);
    }
  }
}
