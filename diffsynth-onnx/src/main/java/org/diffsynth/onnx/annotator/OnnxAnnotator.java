package org.diffsynth.onnx.annotator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.onnx.internal.kind.FileKind;
import org.diffsynth.onnx.internal.vision.ClipDepth;
import org.diffsynth.onnx.internal.vision.DenseMapModel;
import org.diffsynth.onnx.internal.vision.ImageModel;
import org.diffsynth.onnx.internal.vision.PoseEstimator;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An annotator that runs an ONNX model of the user: depth, soft edges, line art, normals or poses.
 *
 * <p>{@link #annotate(Frame)} looks at each frame separately. Depth estimators give a different
 * scale and shift for every frame, and pose estimators tremble. For a clip, use {@link
 * #annotate(Video, Monitor)}, which aligns depth shot by shot ({@link
 * org.diffsynth.annotator.DepthAlignment}), and tracks, fills and smooths poses ({@link
 * PoseTrack}). The result is a control video.
 *
 * <pre>{@code
 * try (OnnxAnnotator depth = OnnxAnnotator.open(Path.of("models/depth-anything"))) {
 *   Video control = depth.annotate(clip, Monitor.NONE);
 * }
 * }</pre>
 *
 * <p>The annotator holds a model: close it after use. Threads may share it; frames are computed one
 * after the other.
 */
public final class OnnxAnnotator implements Annotator, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OnnxAnnotator.class);

  /** Length of the longest gap in the path of a key point that is filled, in frames. */
  private static final int MAX_GAP = 5;

  private final VisionModelSpec spec;
  private final ImageModel model;
  private final DenseMapModel maps;
  private final PoseEstimator poses;
  private final AtomicInteger singleFrames = new AtomicInteger();

  private OnnxAnnotator(VisionModelSpec spec, ImageModel model, ComputeOptions options)
      throws IOException {
    this.spec = spec;
    this.model = model;
    boolean pose = false;
    switch (spec.kind()) {
      case DEPTH, SOFT_EDGE, LINE_ART, NORMAL -> {}
      case OPENPOSE, SIMCC -> pose = true;
      case FEATURES ->
          throw new IOException(
              "a model of the kind features cannot be used as an annotator: it makes no pictures");
      case HEAT_MAPS ->
          throw new IOException(
              "a model of one hand or face cannot be used alone; name it by \"hand\" or"
                  + " \"face\" in the JSON file of a body model");
    }
    this.maps = pose ? null : new DenseMapModel(model, spec.output());
    this.poses = pose ? PoseEstimator.open(model, spec, options) : null;
  }

  /**
   * Opens a model and its description, on the fastest device.
   *
   * @param path a folder with {@code annotator.json}, a JSON file, or a model {@code NAME.onnx}
   *     with {@code NAME.json} beside it
   * @throws IOException if a file or a tensor is missing or unsuitable; the message names the file,
   *     the tensor, the expected and the actual value
   * @throws BackendException if ONNX Runtime rejects the model
   */
  public static OnnxAnnotator open(Path path) throws IOException {
    return open(path, ComputeOptions.AUTO);
  }

  /**
   * Opens a model and its description with the given options.
   *
   * @param path a folder with {@code annotator.json}, a JSON file, or a model {@code NAME.onnx}
   *     with {@code NAME.json} beside it
   * @param options where and how the model is computed
   * @throws IOException if a file or a tensor is missing or unsuitable; the message names the file,
   *     the tensor, the expected and the actual value
   * @throws BackendException if ONNX Runtime rejects the model
   */
  public static OnnxAnnotator open(Path path, ComputeOptions options) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("no such model file or folder: " + path);
    }
    if (path.toString().endsWith(".onnx")) {
      String name = path.getFileName().toString().replaceAll("\\.onnx$", ".json");
      return open(path, VisionModelSpec.read(path.resolveSibling(name)), options);
    }
    if (Files.isRegularFile(path) && FileKind.of(path) != FileKind.JSON) {
      FileKind.requireOnnx(path);
    }
    Path json = Files.isDirectory(path) ? path.resolve(VisionModelSpec.FILE_NAME) : path;
    VisionModelSpec spec = VisionModelSpec.read(json);
    return open(json.resolveSibling(spec.model()), spec, options);
  }

  /**
   * Opens a model with a description from the program.
   *
   * @param model model file; {@code spec.model()} is ignored. Other models that {@code spec} names,
   *     such as a detector, are read from the same folder
   * @param spec description of the model
   * @param options where and how the model is computed
   * @throws IOException if a file or a tensor is missing or unsuitable
   * @throws BackendException if ONNX Runtime rejects the model
   */
  public static OnnxAnnotator open(Path model, VisionModelSpec spec, ComputeOptions options)
      throws IOException {
    ImageModel opened = ImageModel.open(model, spec.input(), options);
    try {
      return new OnnxAnnotator(spec, opened, options);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Returns the description of the model. */
  public VisionModelSpec spec() {
    return spec;
  }

  /**
   * Returns whether this model finds key points, so that {@link #pose} and {@link #poses} may be
   * called.
   */
  public boolean findsPoses() {
    return poses != null;
  }

  /**
   * Makes the control picture of a single frame.
   *
   * @return a frame of the same size: 16 bit for depth, edges, lines and normals, 8 bit for poses
   * @throws BackendException if the model fails or if an output has an unexpected shape; the
   *     message names the file, the tensor, the expected and the actual shape
   */
  @Override
  public Frame annotate(Frame frame) {
    boolean flickers = poses != null || spec.kind() == VisionModelSpec.Kind.DEPTH;
    if (flickers && singleFrames.incrementAndGet() == 2) {
      LOG.warn(
          "{} is computed frame by frame, so its pictures will flicker; annotate the clip as a whole",
          spec.kind());
    }
    return switch (spec.kind()) {
      case DEPTH, SOFT_EDGE, LINE_ART -> maps.greyFrame(frame, Monitor.NONE);
      case NORMAL -> maps.normalFrame(frame, Monitor.NONE);
      default -> drawn(pose(frame, List.of()), frame.width(), frame.height());
    };
  }

  private static Frame drawn(Pose pose, int width, int height) {
    return PoseDrawing.forSize(width, height).draw(pose, width, height);
  }

  /**
   * Finds the people in a single frame.
   *
   * @param frame frame of any size
   * @param boxes for a SimCC model, the box of each person in pixels of the frame. If empty, the
   *     detector of the model finds people; without a detector, one person fills the frame. Must be
   *     empty for OpenPose
   * @return key points in pixels of the frame
   * @throws IllegalStateException if this model does not find poses
   */
  public Pose pose(Frame frame, List<BoundingBox> boxes) {
    return estimator().estimate(frame, boxes, Monitor.NONE);
  }

  private PoseEstimator estimator() {
    if (poses == null) {
      throw new IllegalStateException(
          "poses need a model of the kind openpose or simcc, but this model has the kind "
              + spec.kind());
    }
    return poses;
  }

  /**
   * Makes the control video of a clip, steady over time.
   *
   * @param clip clip in memory
   * @param monitor receives progress and may cancel
   * @return a video with the same number of frames of the same size
   * @throws java.util.concurrent.CancellationException if the monitor cancels
   */
  public Video annotate(Video clip, Monitor monitor) {
    Video.Collector collector = Video.collector(clip.format().frameRate());
    try (FrameSource source = clip.open()) {
      annotate(source, collector, monitor);
    } catch (IOException e) {
      throw new IllegalStateException("reading frames from memory failed", e);
    }
    return collector.toVideo();
  }

  /**
   * Makes the control pictures of a stream of frames, steady over time. Edges, lines and normals
   * are written frame by frame. For depth and poses the source is first read to its end; of each
   * frame, either a depth map of the size of the model output (12 bytes per sample) or the key
   * points are kept in memory.
   *
   * @param clip source that is read to its end; the caller closes it
   * @param pictures receives one picture per frame; the caller commits and closes it
   * @param monitor receives progress and may cancel
   * @throws java.util.concurrent.CancellationException if the monitor cancels
   */
  public void annotate(FrameSource clip, FrameSink pictures, Monitor monitor) throws IOException {
    ClipDepth depth =
        spec.kind() == VisionModelSpec.Kind.DEPTH
            ? new ClipDepth(maps, spec.output().filter())
            : null;
    if (poses != null) {
      VideoFormat format = clip.format();
      for (Pose pose : poses(clip, monitor).poses()) {
        pictures.write(drawn(pose, format.width(), format.height()));
      }
      return;
    }
    FrameLoop.forEach(
        clip,
        monitor,
        frame -> {
          if (depth != null) {
            depth.add(frame, monitor);
          } else {
            pictures.write(annotate(frame));
          }
        });
    if (depth != null) {
      depth.writeTo(pictures);
    }
  }

  /**
   * Finds and tracks the people of a clip, fills short gaps and smooths their paths. {@link
   * #annotate(FrameSource, FrameSink, Monitor)} draws these poses.
   *
   * @param clip source that is read to its end; the caller closes it
   * @param monitor receives progress and may cancel
   * @return key points in pixels of the frames
   * @throws IllegalStateException if this model does not find poses
   */
  public PoseTrack poses(FrameSource clip, Monitor monitor) throws IOException {
    List<Pose> found = new ArrayList<>();
    PoseEstimator estimator = estimator();
    FrameLoop.forEach(
        clip, monitor, frame -> found.add(estimator.estimate(frame, List.of(), monitor)));
    return PoseTrack.of(found).filled(MAX_GAP).smoothed(SavitzkyGolay.DEFAULT);
  }

  /** Releases the model. A second call has no effect. */
  @Override
  public void close() {
    try {
      if (poses != null) {
        poses.close();
      }
    } finally {
      model.close();
    }
  }
}
