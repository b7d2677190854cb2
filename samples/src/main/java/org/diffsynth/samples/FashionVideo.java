package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/**
 * Moves the person of a picture along poses that OpenPose found in a video of the same size.
 *
 * <p>Run: {@code samples/run FashionVideo models/sd15 models/openpose dress.png poses dress.mp4}
 */
public final class FashionVideo {

  private FashionVideo() {}

  /** Runs the sample; the arguments are model, ControlNet, picture, folder of poses and output. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 5) {
      System.err.println(
          "usage: samples/run FashionVideo models/sd15 models/openpose dress.png poses "
              + "dress.mp4");
      return;
    }
    Frame garment = FrameFiles.readPicture(Path.of(arguments[2]));
    PoseDrawing drawing = PoseDrawing.forSize(garment.width(), garment.height());
    PoseTrack track = PoseTrack.of(PoseJson.readFolder(Path.of(arguments[3]))).filled(5);
    List<Frame> drawn =
        track.smoothed(SavitzkyGolay.DEFAULT).poses().stream()
            .map(pose -> drawing.draw(pose, garment.width(), garment.height()))
            .toList();
    Video poses = Video.of(drawn, FrameRate.DEFAULT);
    Frame noPose = drawing.draw(Pose.EMPTY, garment.width(), garment.height());
    RenderRequest request =
        RenderRequest.of("a woman in a red dress, studio")
            .withControlVideo("openpose", poses)
            .withReferences(List.of(new ReferencePicture(garment, Map.of("openpose", noPose))));
    try (Pipeline pipeline =
        Pipeline.builder(Preset.FASHION_VIDEO)
            .model(Path.of(arguments[0]))
            .controlNet("openpose", Path.of(arguments[1]))
            .build()) {
      VideoFiles.write(
          Path.of(arguments[4]),
          VideoSettings.DEFAULT,
          out -> pipeline.render(poses.open(), request, out, Monitor.NONE));
    }
  }
}
