package org.diffsynth.onnx.internal.unet;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.graph.ControlOutputSurgery;
import org.diffsynth.onnx.internal.graph.ResidualSurgery;
import org.diffsynth.onnx.internal.runtime.RgbPlanes;
import org.diffsynth.spi.Conditioning;
import org.diffsynth.spi.ControlInput;
import org.diffsynth.spi.UnetInput;

/**
 * The UNet and its ControlNets. What a ControlNet gives goes into the UNet as it is, without a
 * copy: scales and sums are in the graphs.
 */
public final class ControlledUnet implements AutoCloseable {
  private static final int RGB = 3;

  private final CrossFrameModel unet;
  private final Map<String, CrossFrameModel> nets;
  private final boolean acrossInNets;
  private final int pixelsPerLatent;

  /**
   * Takes over open networks.
   *
   * @param nets the ControlNets by name, in the order of the UNet's residual inputs
   * @param acrossInNets whether they follow the attention of queries
   */
  public ControlledUnet(
      CrossFrameModel unet,
      Map<String, CrossFrameModel> nets,
      boolean acrossInNets,
      int pixelsPerLatent) {
    this.unet = unet;
    this.nets = new LinkedHashMap<>(nets);
    this.acrossInNets = acrossInNets;
    this.pixelsPerLatent = pixelsPerLatent;
  }

  public Latents predict(UnetInput query) throws OrtException {
    for (ControlInput control : query.controls()) {
      check(control, query);
    }
    Latents sample = query.sample();
    int batch = sample.frames() * query.conditionings().size();
    boolean keeps = query.attention().keep() >= 0;
    Map<CrossFrameModel, CachedKeyValues> kept = new HashMap<>();
    boolean done = false;
    try (Closer open = new Closer()) {
      Map<String, OnnxTensor> feeds = unet.feeds(query, true, open);
      if (unet.binding().image() != null) {
        new ImagePromptFeeds(unet.binding().image(), unet.session()).add(query, feeds, open);
      }
      int number = 0;
      for (Map.Entry<String, CrossFrameModel> net : nets.entrySet()) {
        ControlInput control = active(query, net.getKey());
        if (control == null) {
          silence(number, feeds, open);
        } else {
          boolean keepsToo = keeps && acrossInNets;
          control(net.getValue(), number, control, query, keepsToo ? kept : null, feeds, open);
        }
        number++;
      }
      String output = unet.binding().outputs().get(0);
      long[] shape = {batch, sample.channels(), sample.height(), sample.width()};
      OnnxTensor space = open.add(unet.session().space(output, shape));
      OrtSession.Result result = unet.run(query, true, feeds, Map.of(output, space));
      closeLater(result, keeps ? unet : null, query, kept, open);
      FloatBuffer noise = unet.session().floats(result, output, shape);
      Latents prediction =
          Latents.of(batch, sample.channels(), sample.height(), sample.width(), noise);
      done = true;
      return prediction;
    } finally {
      // What is carried changes only when the whole query has succeeded.
      for (Map.Entry<CrossFrameModel, CachedKeyValues> rows : kept.entrySet()) {
        if (done) {
          rows.getKey().keep(rows.getValue());
        } else {
          rows.getValue().close();
        }
      }
    }
  }

  private void control(
      CrossFrameModel net,
      int number,
      ControlInput control,
      UnetInput query,
      Map<CrossFrameModel, CachedKeyValues> kept,
      Map<String, OnnxTensor> unetFeeds,
      Closer open)
      throws OrtException {
    ModelBinding binding = net.binding();
    List<Conditioning> conditionings = query.conditionings();
    int frames = query.sample().frames();
    int batch = frames * conditionings.size();
    Frame first = control.pictures().get(0);
    Map<String, OnnxTensor> feeds = net.feeds(query, acrossInNets, open);
    String picture = binding.control().name();
    feeds.put(
        picture,
        open.add(
            net.session()
                .tensor(
                    picture,
                    buffer -> {
                      control.pictures().forEach(f -> RgbPlanes.put(f, buffer));
                      FloatBuffer once = buffer.duplicate().flip();
                      for (int side = 1; side < conditionings.size(); side++) {
                        buffer.put(once.rewind());
                      }
                    },
                    batch,
                    RGB,
                    first.height(),
                    first.width())));
    String scale = ControlOutputSurgery.SCALE;
    feeds.put(
        scale,
        open.add(
            net.session()
                .tensor(
                    scale,
                    buffer -> {
                      for (Conditioning conditioning : conditionings) {
                        boolean silent = binding.config().globalPool() && conditioning.negative();
                        for (int i = 0; i < frames; i++) {
                          buffer.put(silent ? 0 : control.scale());
                        }
                      }
                    },
                    batch,
                    1,
                    1,
                    1)));
    if (binding.fixedScale() != null) {
      String fixed = binding.fixedScale().name();
      long[] shape = net.session().dims(fixed).length == 0 ? new long[0] : new long[] {1};
      feeds.put(fixed, open.add(net.session().tensor(fixed, buffer -> buffer.put(1), shape)));
    }
    OrtSession.Result result = net.run(query, acrossInNets, feeds, Map.of());
    closeLater(result, kept == null ? null : net, query, kept, open);
    for (int i = 0; i < binding.outputs().size(); i++) {
      unetFeeds.put(
          ResidualSurgery.input(number, i),
          (OnnxTensor) result.get(binding.outputs().get(i)).orElseThrow());
    }
  }

  /** Residuals of a ControlNet that does not run: zero for all rows and places. */
  private void silence(int number, Map<String, OnnxTensor> feeds, Closer open) throws OrtException {
    List<Integer> channels = unet.binding().config().residualChannels();
    for (int i = 0; i < channels.size(); i++) {
      String name = ResidualSurgery.input(number, i);
      feeds.put(
          name,
          open.add(
              unet.session()
                  .tensor(
                      name,
                      buffer -> {
                        while (buffer.hasRemaining()) {
                          buffer.put(0);
                        }
                      },
                      1,
                      channels.get(i),
                      1,
                      1)));
    }
  }

  /** Takes the rows to keep out of a result, if a network is given, and has the rest closed. */
  private static void closeLater(
      OrtSession.Result result,
      CrossFrameModel keeping,
      UnetInput query,
      Map<CrossFrameModel, CachedKeyValues> kept,
      Closer open) {
    if (keeping == null) {
      open.add(result);
      return;
    }
    CachedKeyValues rows = keeping.kept(result, query);
    kept.put(keeping, rows);
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (!CachedKeyValues.isKept(entry.getKey()) && !keeping.session().isSpace(entry.getValue())) {
        open.add(entry.getValue());
      }
    }
  }

  private static ControlInput active(UnetInput query, String name) {
    for (ControlInput control : query.controls()) {
      if (control.name().equals(name)) {
        return control;
      }
    }
    return null;
  }

  private void check(ControlInput control, UnetInput query) {
    if (!nets.containsKey(control.name())) {
      throw new IllegalArgumentException(
          "ControlNet '" + control.name() + "' was not opened; open are " + nets.keySet());
    }
    int width = query.sample().width() * pixelsPerLatent;
    int height = query.sample().height() * pixelsPerLatent;
    for (Frame picture : control.pictures()) {
      if (picture.width() != width || picture.height() != height) {
        throw new IllegalArgumentException(
            String.format(
                "control pictures of '%s' must be %dx%d for latents %s, was %s",
                control.name(), width, height, query.sample().shape(), picture.size()));
      }
    }
  }

  @Override
  public void close() {
    try (Closer closer = new Closer()) {
      closer.add(unet);
      nets.values().forEach(closer::add);
    }
  }
}
