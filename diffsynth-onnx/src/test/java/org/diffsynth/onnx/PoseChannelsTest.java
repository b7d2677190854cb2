package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.request.Conditioning.StackedPoses;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.diffsynth.testkit.LatentsDistance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a UNet with ten input channels beside the latents, made from the golden UNet. */
class PoseChannelsTest {

  private static final Golden GOLDEN = Golden.open();
  private static final int LATENTS = 4;
  private static final int ALL = 14;

  private final GoldenModel golden = new GoldenModel(GOLDEN);
  @TempDir Path folder;

  /** Adds input channels; channel c gets the weights of latent channel c mod 4. */
  private ModelCopy model() throws IOException {
    return new ModelCopy(folder)
        .text(
            "unet/config.json",
            json -> json.replaceFirst("\"in_channels\": 4", "\"in_channels\": 14"))
        .graph("unet", PoseChannelsTest::widen);
  }

  private static void widen(GraphProto.Builder graph) {
    graph.getInputBuilderList().stream()
        .filter(input -> input.getName().equals("sample"))
        .map(input -> input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder())
        .forEach(
            shape -> shape.setDim(1, TensorShapeProto.Dimension.newBuilder().setDimValue(ALL)));
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (!tensor.getName().equals("m.conv_in.weight")) {
        continue;
      }
      int outputs = (int) tensor.getDims(0);
      int kernel = (int) (tensor.getDims(2) * tensor.getDims(3));
      ByteBuffer old = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer wide =
          ByteBuffer.allocate(4 * outputs * ALL * kernel).order(ByteOrder.LITTLE_ENDIAN);
      for (int output = 0; output < outputs; output++) {
        for (int channel = 0; channel < ALL; channel++) {
          for (int i = 0; i < kernel; i++) {
            int from = (output * LATENTS + channel % LATENTS) * kernel + i;
            wide.putFloat(old.getFloat(4 * from));
          }
        }
      }
      tensor.setDims(1, ALL).setRawData(ByteString.copyFrom(wide.array()));
      return;
    }
    throw new IllegalStateException("the first convolution was not found");
  }

  @Test
  void predict_withoutChannels_isTheModelWithoutThem() throws IOException {
    try (DiffusionBackend backend = model().open()) {
      assertThat(backend.model().extraChannels()).isEqualTo(10);
      Latents noise = backend.predict(golden.step(KeyValueRows.SELF, 1), Monitor.NONE);
      assertThat(GOLDEN.array("un_out_control").distance(noise.toArray())).isLessThan(5e-4);
    }
  }

  /** Adding values to the extra channels must equal adding them to the latents. */
  @Test
  void predict_channels_areEachRowsOwn() throws IOException {
    UnetInput query = golden.step(KeyValueRows.SELF, 0);
    int frames = query.sample().frames();
    int height = query.sample().height();
    int width = query.sample().width();
    int plane = height * width;
    List<Latents> rows = new ArrayList<>();
    float[] added = query.sample().toArray();
    for (int row = 0; row < frames; row++) {
      float[] channels = InitialNoise.seeded(80 + row).firstFrame(10, height, width).toArray();
      rows.add(Latents.of(1, 10, height, width, channels));
      for (int i = 0; i < channels.length; i++) {
        added[row * LATENTS * plane + (i / plane + LATENTS) % LATENTS * plane + i % plane] +=
            channels[i];
      }
    }
    Latents expected;
    try (DiffusionBackend plain = golden.open(CrossFrameAttention.NONE, false)) {
      UnetInput moved =
          new UnetInput(
              Latents.of(frames, LATENTS, height, width, added),
              query.timestep(),
              query.conditionings(),
              query.attention(),
              query.controls());
      expected = plain.predict(moved, Monitor.NONE);
    }
    try (DiffusionBackend backend = model().open()) {
      Latents noise = backend.predict(query.withChannels(Latents.concat(rows)), Monitor.NONE);
      LatentsDistance.assertClose(noise, expected, 1e-3);
      assertThatThrownBy(() -> backend.predict(query.withChannels(query.sample()), Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("takes 10 input channels beside the latents, but was given 4");
    }
  }

  @Test
  void render_stackedPoses_moveThePicture() throws IOException {
    ModelCopy model = model();
    List<Frame> frames = golden.frames("frames_u8", 1 / 255f).subList(0, 3);
    Video input = Video.of(frames, FrameRate.DEFAULT);
    RenderRequest request = RenderRequest.of("a dog").withSteps(2);
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(model.file("."))
            .compute(ComputeOptions.AUTO.withDevice("cpu"))
            .build()) {
      Video posed =
          pipeline.render(input, request.withStackedPoses(StackedPoses.of(input).withScale(2)));
      assertThat(posed.size()).isEqualTo(3);
      assertThat(posed.frames()).isNotEqualTo(pipeline.render(input, request).frames());
      // At scale 0 the poses have no effect.
      assertThat(
              pipeline
                  .render(input, request.withStackedPoses(StackedPoses.of(input).withScale(0)))
                  .frames())
          .isEqualTo(pipeline.render(input, request).frames());
    }
    try (Pipeline plain =
        Pipeline.builder()
            .model(GOLDEN.model())
            .compute(ComputeOptions.AUTO.withDevice("cpu"))
            .build()) {
      assertThatThrownBy(
              () -> plain.render(input, request.withStackedPoses(StackedPoses.of(input))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "does not support stacked poses: its UNet has 0 input channels beside");
    }
  }
}
