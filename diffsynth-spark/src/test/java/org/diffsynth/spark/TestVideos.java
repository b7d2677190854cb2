package org.diffsynth.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Small video files, and what one process makes of them. */
final class TestVideos {

  private static final int WIDTH = 48;
  private static final int HEIGHT = 32;

  private TestVideos() {}

  /** Returns a steady clip of shots of 25 frames, and writes it with a flickering copy. */
  static Clip write(Path folder, String name, int frames) throws IOException {
    List<Frame> all = new ArrayList<>();
    for (int shot = 0; all.size() < frames; shot++) {
      all.addAll(TestFrames.pan(25, WIDTH, HEIGHT, 1 - shot % 3, shot % 2, shot + 1).frames());
    }
    Video guide = Video.of(all.subList(0, frames), FrameRate.DEFAULT);
    Path guidePath = write(folder.resolve(name + "-guide.mkv"), guide);
    Path stylePath = write(folder.resolve(name + "-style.avi"), TestFrames.flicker(guide, 3));
    Clip clip = Clip.of(stylePath.toString(), folder.resolve(name + "-steady.avi").toString());
    clip.setGuide(guidePath.toString());
    clip.setMode("fast");
    clip.setWindow(3);
    return clip;
  }

  private static Path write(Path file, Video video) throws IOException {
    VideoSettings settings = VideoSettings.DEFAULT.withCodec(VideoCodec.FFV1);
    VideoFiles.write(
        file,
        settings,
        sink -> {
          for (Frame frame : video) {
            sink.write(frame);
          }
        });
    return file;
  }

  static List<Frame> read(String path) throws IOException {
    try (FrameSource source = VideoFiles.open(Path.of(path))) {
      return Video.readAll(source).frames();
    }
  }

  /** Returns the frames that one process writes. */
  static List<Frame> plain(Clip clip) throws IOException {
    Video.Collector out = Video.collector(FrameRate.DEFAULT);
    try (FrameSource guide = VideoFiles.open(clip.guidePath());
        FrameSource style = VideoFiles.open(clip.stylePath())) {
      clip.deflicker(ComputeOptions.AUTO).apply(guide, style, out, Monitor.NONE);
    }
    List<Frame> frames = new ArrayList<>();
    out.toVideo().forEach(frame -> frames.add(frame.as(Frame.Depth.UINT8)));
    return frames;
  }
}
