package org.diffsynth.onnx.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.OnnxDiffusionBackendProvider;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/** The golden model, opened through the SPI, and golden arrays converted to values of the SPI. */
public final class GoldenModel {
  /** Name of the model's ControlNet in tests. */
  public static final String NET = "net";

  private final Golden golden;

  /** Creates an instance for a golden folder. */
  public GoldenModel(Golden golden) {
    this.golden = golden;
  }

  /** Returns settings for the model, with or without its ControlNet. */
  public DiffusionSettings settings(CrossFrameAttention attention, boolean controlled) {
    Path net = golden.model().resolve("controlnet");
    return DiffusionSettings.of(golden.model())
        .withControlNets(controlled ? List.of(ControlNet.of(NET, net)) : List.of())
        .withAttention(attention)
        .withCompute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2));
  }

  /** Opens the model. */
  public DiffusionBackend open(CrossFrameAttention attention, boolean controlled) {
    try {
      return new OnnxDiffusionBackendProvider().open(settings(attention, controlled));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a golden array as latents. */
  public Latents latents(String name) {
    Golden.Array array = golden.array(name);
    long[] shape = array.shape();
    return Latents.of(
        (int) shape[0], (int) shape[1], (int) shape[2], (int) shape[3], array.floats());
  }

  /**
   * Returns an array (frames, 1 or 3, height, width) as frames; samples are multiplied by a factor.
   */
  public List<Frame> frames(String name, float factor) {
    Golden.Array array = golden.array(name);
    float[] samples = array.floats();
    int planes = (int) array.shape()[1];
    int height = (int) array.shape()[2];
    int width = (int) array.shape()[3];
    List<Frame> frames = new ArrayList<>();
    for (int f = 0; f < array.shape()[0]; f++) {
      float[] rgb = new float[height * width * 3];
      for (int i = 0; i < rgb.length; i++) {
        int plane = planes == 1 ? 0 : i % 3;
        rgb[i] = samples[(f * planes + plane) * height * width + i / 3] * factor;
      }
      frames.add(Frame.ofFloat(width, height, rgb));
    }
    return frames;
  }

  /** Returns the two guidance branches: the empty prompt and the golden prompt. */
  public List<Conditioning> branches() {
    return List.of(
        new Conditioning(embedding("emb_uncond"), true),
        new Conditioning(embedding("emb_cond"), false));
  }

  private Embedding embedding(String name) {
    Golden.Array array = golden.array(name);
    return Embedding.of((int) array.shape()[1], (int) array.shape()[2], array.floats());
  }

  /** Returns the input of the golden single step; a ControlNet scale of 0 leaves it out. */
  public UnetInput step(KeyValueRows attention, float scale) {
    return new UnetInput(
        latents("un_sample"),
        golden.array("un_t").floats()[0],
        branches(),
        attention,
        scale == 0 ? List.of() : List.of(new ControlInput(NET, frames("control_cond", 1), scale)));
  }

  /** Returns the rows each frame attends to, from a golden array for both guidance branches. */
  public KeyValueRows rows(String name) {
    Golden.Array array = golden.array(name);
    int refs = (int) array.shape()[1];
    int[][] rows = new int[golden.frames()][refs];
    for (int row = 0; row < rows.length; row++) {
      for (int ref = 0; ref < refs; ref++) {
        rows[row][ref] = (int) array.values()[row * refs + ref];
      }
    }
    return KeyValueRows.of(rows, -1);
  }
}
