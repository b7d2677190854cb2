package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.ResidualSurgery;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.ControlInput;

/**
 * A UNet and the ControlNets that steer it. The residuals of a ControlNet go into the UNet without
 * a copy, because scales and sums are part of the patched graphs.
 */
public final class ControlledUnet implements AutoCloseable {
  private final CrossFrameModel unet;
  private final Map<String, CrossFrameModel> controlNets;
  private final boolean crossFrameControlNets;
  private final int scaleFactor;

  /**
   * Takes ownership of open models.
   *
   * @param controlNets the ControlNets by name, in the order of the UNet's residual inputs
   * @param crossFrameControlNets whether frames attend to other frames in ControlNets too
   * @param scaleFactor image pixels along one latent pixel
   */
  public ControlledUnet(
      CrossFrameModel unet,
      Map<String, CrossFrameModel> controlNets,
      boolean crossFrameControlNets,
      int scaleFactor) {
    this.unet = unet;
    this.controlNets = new LinkedHashMap<>(controlNets);
    this.crossFrameControlNets = crossFrameControlNets;
    this.scaleFactor = scaleFactor;
  }

  /**
   * Evaluates the ControlNets that the input names, then the UNet. Carried keys and values change
   * only if the whole evaluation succeeds.
   *
   * @return output of the UNet, shape (branches · frames, channels, height, width)
   * @throws IllegalArgumentException if the input names a ControlNet that is not open, or control
   *     images have the wrong size
   */
  public Latents predict(UnetInput input) throws OrtException {
    for (ControlInput control : input.controls()) {
      check(control, input);
    }
    Latents sample = input.sample();
    int batch = sample.frames() * input.conditionings().size();
    boolean keeps = input.attention().cachedRow() >= 0;
    Map<CrossFrameModel, CachedKeyValues> kept = new HashMap<>();
    boolean succeeded = false;
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds = unet.feeds(input, true, open);
      if (unet.binding().inputs().image() != null) {
        new ImagePromptFeeds(unet.binding().inputs().image(), unet.session())
            .add(input, feeds, open);
      }
      int number = 0;
      for (Map.Entry<String, CrossFrameModel> controlNet : controlNets.entrySet()) {
        ControlInput control = find(input, controlNet.getKey());
        if (control == null) {
          addZeroResiduals(number, feeds, open);
        } else {
          Map<CrossFrameModel, CachedKeyValues> keepIn =
              keeps && crossFrameControlNets ? kept : null;
          addResiduals(controlNet.getValue(), number, control, input, keepIn, feeds, open);
        }
        number++;
      }
      String output = unet.binding().outputs().get(0);
      long[] shape = {batch, sample.channels(), sample.height(), sample.width()};
      OnnxTensor buffer = open.add(unet.session().outputBuffer(output, shape));
      OrtSession.Result result = unet.run(input, true, feeds, Map.of(output, buffer));
      closeLater(result, unet, input, keeps ? kept : null, open);
      Latents prediction =
          Latents.of(
              batch,
              sample.channels(),
              sample.height(),
              sample.width(),
              unet.session().floats(result, output, shape));
      succeeded = true;
      return prediction;
    } finally {
      for (Map.Entry<CrossFrameModel, CachedKeyValues> entry : kept.entrySet()) {
        if (succeeded) {
          entry.getKey().keep(entry.getValue());
        } else {
          entry.getValue().close();
        }
      }
    }
  }

  /** Runs a ControlNet and feeds its residuals to the UNet. */
  private void addResiduals(
      CrossFrameModel controlNet,
      int number,
      ControlInput control,
      UnetInput input,
      Map<CrossFrameModel, CachedKeyValues> kept,
      Map<String, OnnxTensor> unetFeeds,
      Closer open)
      throws OrtException {
    ModelBinding binding = controlNet.binding();
    Map<String, OnnxTensor> feeds = controlNet.feeds(input, crossFrameControlNets, open);
    new ControlNetFeeds(binding, controlNet.session()).add(control, input, feeds, open);
    OrtSession.Result result = controlNet.run(input, crossFrameControlNets, feeds, Map.of());
    closeLater(result, controlNet, input, kept, open);
    for (int i = 0; i < binding.outputs().size(); i++) {
      unetFeeds.put(
          ResidualSurgery.input(number, i),
          (OnnxTensor) result.get(binding.outputs().get(i)).orElseThrow());
    }
  }

  /**
   * Feeds residuals of shape (1, channels, 1, 1) that are zero, for a ControlNet that is unused.
   */
  private void addZeroResiduals(int number, Map<String, OnnxTensor> feeds, Closer open)
      throws OrtException {
    List<Integer> channels = unet.binding().config().residualChannels();
    for (int i = 0; i < channels.size(); i++) {
      String name = ResidualSurgery.input(number, i);
      int count = channels.get(i);
      feeds.put(
          name,
          open.add(
              unet.session().input(name, buffer -> buffer.put(new float[count]), 1, count, 1, 1)));
    }
  }

  /**
   * Has all values of a result closed after the evaluation, except output buffers, which are closed
   * by whoever made them, and keys and values to keep.
   *
   * @param kept receives the keys and values to keep; null if there are none
   */
  private static void closeLater(
      OrtSession.Result result,
      CrossFrameModel model,
      UnetInput input,
      Map<CrossFrameModel, CachedKeyValues> kept,
      Closer open) {
    if (kept == null) {
      open.add(result);
      return;
    }
    kept.put(model, model.keyValues(result, input));
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (!CachedKeyValues.isOutput(entry.getKey())
          && !model.session().isOutputBuffer(entry.getValue())) {
        open.add(entry.getValue());
      }
    }
  }

  private static ControlInput find(UnetInput input, String name) {
    for (ControlInput control : input.controls()) {
      if (control.name().equals(name)) {
        return control;
      }
    }
    return null;
  }

  private void check(ControlInput control, UnetInput input) {
    if (!controlNets.containsKey(control.name())) {
      throw new IllegalArgumentException(
          Text.format(
              "ControlNet must be one of %s, but was '%s'", controlNets.keySet(), control.name()));
    }
    int width = input.sample().width() * scaleFactor;
    int height = input.sample().height() * scaleFactor;
    for (Frame picture : control.pictures()) {
      if (picture.width() != width || picture.height() != height) {
        throw new IllegalArgumentException(
            Text.format(
                "control images of '%s' must be %dx%d for latents %s, but were %dx%d",
                control.name(),
                width,
                height,
                input.sample().shape(),
                picture.width(),
                picture.height()));
      }
    }
  }

  /** Frees all models. */
  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(unet);
      controlNets.values().forEach(closer::add);
    }
  }
}
