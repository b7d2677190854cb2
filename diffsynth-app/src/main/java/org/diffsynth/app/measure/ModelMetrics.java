package org.diffsynth.app.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.app.report.FurtherMetrics;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.metrics.AestheticHead;
import org.diffsynth.metrics.ClipScore;
import org.diffsynth.metrics.FrechetDistance;
import org.diffsynth.metrics.KernelInceptionDistance;
import org.diffsynth.metrics.PoseError;
import org.diffsynth.onnx.annotator.OnnxAnnotator;
import org.diffsynth.onnx.metrics.AestheticHeads;
import org.diffsynth.onnx.metrics.ClipModel;
import org.diffsynth.onnx.metrics.FeatureModel;
import org.diffsynth.pose.Pose;

/** Measures one or more videos with models, frame by frame, along one guide. */
public final class ModelMetrics implements FurtherMetrics, AutoCloseable {

  private static final int MIN_VECTORS = 2;

  private final Closer models = new Closer();
  private final List<Measured> measured = new ArrayList<>();
  private final List<double[]> reference = new ArrayList<>();
  private final List<Pose> guidePoses = new ArrayList<>();
  private int width;
  private int height;
  private ClipModel clip;
  private float[] text;
  private AestheticHead head;
  private FeatureModel features;
  private OnnxAnnotator poses;

  private static final class Measured {
    final List<float[]> clip = new ArrayList<>();
    final List<double[]> features = new ArrayList<>();
    final List<Pose> poses = new ArrayList<>();
  }

  /** Creates metrics without models, for the given number of videos. */
  ModelMetrics(int videos) {
    for (int i = 0; i < videos; i++) {
      measured.add(new Measured());
    }
  }

  void openClip(Path folder, String prompt, Path aesthetic, ComputeOptions compute)
      throws IOException {
    head = aesthetic == null ? null : AestheticHeads.read(aesthetic);
    clip = models.add(ClipModel.open(folder, compute));
    text = prompt == null ? null : clip.text(prompt);
  }

  void openPose(Path model, ComputeOptions compute) throws IOException {
    poses = models.add(OnnxAnnotator.open(model, compute));
    if (!poses.findsPoses()) {
      throw new IOException(
          Text.format(
              "%s is a model of the kind %s, but --pose needs openpose or simcc",
              model, poses.spec().kind()));
    }
  }

  void openFeatures(Path model, ComputeOptions compute) throws IOException {
    features = models.add(FeatureModel.open(model, compute));
  }

  /** Evaluates the frames that the features of the videos are compared with. */
  void addReference(FrameSource frames, Monitor monitor) throws IOException {
    for (Frame frame = frames.read(); frame != null; frame = frames.read()) {
      monitor.checkCancelled();
      reference.add(features.features(frame));
    }
  }

  @Override
  public void add(Frame guide, List<Frame> videos) {
    width = guide.width();
    height = guide.height();
    if (poses != null) {
      guidePoses.add(poses.pose(guide, List.of()));
    }
    for (int i = 0; i < videos.size(); i++) {
      Frame frame = videos.get(i);
      if (clip != null) {
        measured.get(i).clip.add(clip.image(frame));
      }
      if (features != null) {
        measured.get(i).features.add(features.features(frame));
      }
      if (poses != null) {
        measured.get(i).poses.add(poses.pose(frame, List.of()));
      }
    }
  }

  @Override
  public Map<String, Double> numbers(int index) {
    Measured video = measured.get(index);
    Map<String, Double> numbers = new LinkedHashMap<>();
    if (text != null) {
      numbers.put("clip_frame_text", ClipScore.textAlignment(video.clip, text));
    }
    if (clip != null) {
      numbers.put("clip_frame_frame", ClipScore.frameConsistency(video.clip));
    }
    if (head != null) {
      numbers.put("aesthetic", head.score(video.clip));
    }
    if (features != null) {
      boolean enough = Math.min(video.features.size(), reference.size()) >= MIN_VECTORS;
      double[][] a = video.features.toArray(double[][]::new);
      double[][] b = reference.toArray(double[][]::new);
      numbers.put("fid", enough ? FrechetDistance.between(a, b) : Double.NaN);
      numbers.put("kid", enough ? KernelInceptionDistance.between(a, b) : Double.NaN);
    }
    if (poses != null) {
      PoseError error = PoseError.between(video.poses, guidePoses, width, height);
      numbers.put("pose_mse", error.mse());
      numbers.put("pose_detection", error.detectionRate());
    }
    return numbers;
  }

  @Override
  public void close() {
    models.close();
  }
}
