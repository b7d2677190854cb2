package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.IpAdapterCopy;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.ImageInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.diffsynth.testkit.DiffusionBackendContract;
import org.diffsynth.testkit.LatentsDistance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A UNet exported with an IP-Adapter, through the whole contract and against ONNX Runtime alone.
 */
class IpAdapterTest extends DiffusionBackendContract {

  private static final int WIDTH = IpAdapterCopy.WIDTH;
  private static final List<Object> TOKENS = List.of("batch_size", "image_tokens", WIDTH);
  private static final Golden GOLDEN = Golden.open();

  private final GoldenModel golden = new GoldenModel(GOLDEN);
  @TempDir Path folder;

  private ModelCopy model(String scale) throws IOException {
    return IpAdapterCopy.adapt(new ModelCopy(folder), "ip_hidden_states", TOKENS, scale);
  }

  @Override
  protected DiffusionBackend open(CrossFrameAttention attention) throws IOException {
    return new OnnxDiffusionBackendProvider()
        .open(model("ip_adapter_scale").settings().withAttention(attention));
  }

  @Override
  protected List<String> controlNets() {
    return List.of(GoldenModel.NET);
  }

  private static List<Embedding> pictures(int tokens) {
    return IntStream.range(0, GOLDEN.frames())
        .mapToObj(row -> InitialNoise.seeded(60 + row).firstFrame(1, tokens, WIDTH).toArray())
        .map(samples -> Embedding.of(tokens, WIDTH, samples))
        .toList();
  }

  @Test
  void predict_scaleInput_equalsOnnxRuntimeFedByHand() throws IOException, OrtException {
    try (DiffusionBackend backend = model("ip_adapter_scale").open()) {
      assertThat(backend.model().imageInput()).contains(new ImageInputShape(0, WIDTH));
      UnetInput query =
          golden.step(KeyValueRows.SELF, 0).withImage(new ImageInput(pictures(4), 0.6f));
      LatentsDistance.assertClose(
          backend.predict(query, Monitor.NONE), byHand(query, 4, 1, 0.6f), 1e-4);
    }
  }

  @Test
  void predict_noScaleInput_scalesTheEmbedding() throws IOException, OrtException {
    try (DiffusionBackend backend = model(null).open()) {
      UnetInput query =
          golden.step(KeyValueRows.SELF, 0).withImage(new ImageInput(pictures(2), 0.6f));
      LatentsDistance.assertClose(
          backend.predict(query, Monitor.NONE), byHand(query, 2, 0.6f, -1), 1e-4);
    }
  }

  /** Without an image prompt the adapter has no effect, so the golden arrays of the model apply. */
  @Test
  void predict_withoutAnImagePrompt_isTheModelWithoutItsAdapter() throws IOException {
    for (String scale : new String[] {"ip_adapter_scale", null}) {
      try (DiffusionBackend backend = model(scale).open()) {
        Latents noise = backend.predict(golden.step(KeyValueRows.SELF, 1), Monitor.NONE);
        assertThat(GOLDEN.array("un_out_control").distance(noise.toArray())).isLessThan(5e-4);
        Latents across =
            backend.predict(golden.step(golden.rows("kv_index_FIRST_FRAME"), 1), Monitor.NONE);
        assertThat(GOLDEN.array("un_out_xf_FIRST_FRAME").distance(across.toArray()))
            .isLessThan(5e-4);
      }
    }
  }

  /** Runs the UNet's file with ONNX Runtime alone, with the image tokens of every row. */
  private Latents byHand(UnetInput query, int tokens, float factor, float scale)
      throws OrtException {
    int frames = query.sample().frames();
    int batch = 2 * frames;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session =
        environment.createSession(folder.resolve("unet/model.onnx").toString())) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      Latents sample = query.sample();
      feed(feeds, "sample", sample.repeat(2).toArray(), batch, 4, sample.height(), sample.width());
      feed(feeds, "timestep", new float[] {query.timestep()});
      FloatBuffer texts = FloatBuffer.allocate(batch * 77 * WIDTH);
      FloatBuffer images = FloatBuffer.allocate(batch * tokens * WIDTH);
      images.position(frames * tokens * WIDTH); // zeros in the negative branch
      for (int row = 0; row < batch; row++) {
        query.conditionings().get(row / frames).text().copyTo(texts);
      }
      for (Embedding picture : query.image().orElseThrow().rows()) {
        for (float value : picture.toArray()) {
          images.put(factor * value);
        }
      }
      feed(feeds, "encoder_hidden_states", texts.array(), batch, 77, WIDTH);
      feed(feeds, "ip_hidden_states", images.array(), batch, tokens, WIDTH);
      if (scale >= 0) {
        feed(feeds, "ip_adapter_scale", new float[] {scale});
      }
      for (String name : session.getInputNames()) {
        if (name.contains("residual")) {
          feeds.put(name, zeros(session, name, batch, sample));
        }
      }
      String output = session.getOutputNames().iterator().next();
      try (OrtSession.Result result = session.run(feeds, Set.of(output))) {
        FloatBuffer noise = ((OnnxTensor) result.get(0)).getFloatBuffer();
        return Latents.of(batch, 4, sample.height(), sample.width(), noise);
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
    }
  }

  private static void feed(
      Map<String, OnnxTensor> feeds, String name, float[] values, long... shape)
      throws OrtException {
    feeds.put(
        name,
        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape));
  }

  /** Returns residuals of zero with one pixel, which can be added to values of any size. */
  private static OnnxTensor zeros(OrtSession session, String name, int batch, Latents sample)
      throws OrtException {
    long[] declared =
        ((ai.onnxruntime.TensorInfo) session.getInputInfo().get(name).getInfo()).getShape();
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        FloatBuffer.allocate((int) declared[1]),
        new long[] {1, declared[1], 1, 1});
  }

  @Test
  void render_pictureForEachFrame_isTheSameForAnyChunk() throws IOException {
    ModelCopy model = model("ip_adapter_scale");
    Video input = Video.of(golden.frames("frames_u8", 1 / 255f).subList(0, 3), FrameRate.DEFAULT);
    RenderRequest request =
        RenderRequest.of("a dog")
            .withSteps(2)
            .withImagePrompt(ImagePrompt.perFrame(pictures(4).subList(0, 3)).withScale(0.5f));
    List<Latents> results = new ArrayList<>();
    for (int chunk : new int[] {1, 2, 3}) {
      try (Pipeline pipeline =
          Pipeline.builder()
              .model(model.file("."))
              .compute(ComputeOptions.AUTO.withDevice("cpu"))
              .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
              .compute(ComputeOptions.AUTO.withFramesPerCall(chunk))
              .listener(
                  report -> {
                    if (report.step() == 1) {
                      results.add(report.latents());
                    }
                  })
              .build()) {
        pipeline.render(input, request);
      }
    }
    LatentsDistance.assertClose(results.get(1), results.get(0), 1e-3);
    LatentsDistance.assertClose(results.get(2), results.get(0), 1e-3);
  }

  @Test
  void predict_promptThatDoesNotFit_isRefused() throws IOException {
    Embedding wide = Embedding.of(1, WIDTH + 1, new float[WIDTH + 1]);
    List<Embedding> rows = IntStream.range(0, GOLDEN.frames()).mapToObj(i -> wide).toList();
    UnetInput query = golden.step(KeyValueRows.SELF, 0).withImage(new ImageInput(rows, 1));
    try (DiffusionBackend backend = model(null).open()) {
      assertThatThrownBy(() -> backend.predict(query, Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("image embeddings must have shape (any, 32), but was (1, 33)");
    }
    try (DiffusionBackend plain = golden.open(CrossFrameAttention.NONE, false)) {
      assertThatThrownBy(() -> plain.predict(query, Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not support image prompts");
    }
  }

  @Test
  void open_imageInputOfUnknownKind_isRefusedWithTheInputs() throws IOException {
    ModelCopy model = IpAdapterCopy.adapt(new ModelCopy(folder), "style_vector", TOKENS, null);
    assertThatThrownBy(model::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected inputs for latents, timestep, prompt only")
        .hasMessageContaining("style_vector[batch_size, image_tokens, 32]");
  }
}
