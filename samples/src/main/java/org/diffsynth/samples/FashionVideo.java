package org.diffsynth.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseJson;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;

/** Moves the person of a picture along poses that OpenPose found in a video of the same size. */
public final class FashionVideo {

  private FashionVideo() {}

  /** Arguments: model folder, OpenPose ControlNet, picture, folder of pose JSON, output. */
  public static void main(String[] arguments) throws IOException {
    Frame garment = FrameFiles.readPicture(Path.of(arguments[2]));
    PoseTrack track =
        PoseTrack.of(PoseJson.readFolder(Path.of(arguments[3])))
            .filled(5)
            .smoothed(SavitzkyGolay.DEFAULT);
    PoseDrawing drawing = PoseDrawing.forSize(garment.width(), garment.height());
    List<Frame> drawn =
        track.poses().stream()
            .map(pose -> drawing.draw(pose, garment.width(), garment.height()))
            .toList();
    Video poses = Video.of(drawn, FrameRate.DEFAULT);
    Frame unknownPose = drawing.draw(Pose.EMPTY, garment.width(), garment.height());
    try (Pipeline pipeline =
            Pipeline.builder(Preset.FASHION_VIDEO)
                .model(Path.of(arguments[0]))
                .controlNet("openpose", Path.of(arguments[1]))
                .build();
        FrameSink out = VideoFiles.create(Path.of(arguments[4]), VideoSettings.DEFAULT)) {
      RenderRequest request =
          RenderRequest.of("a woman in a red dress, studio")
              .withControlVideos(Map.of("openpose", poses))
              .withReferences(
                  List.of(new ReferencePicture(garment, Map.of("openpose", unknownPose))));
      pipeline.render(poses.open(), request, out, Monitor.NONE);
      out.commit();
    }
  }
}
