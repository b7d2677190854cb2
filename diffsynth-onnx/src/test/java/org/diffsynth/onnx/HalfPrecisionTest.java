package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.onnx.golden.ModelCopy;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionSettings.TextualInversion;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model in half precision must give nearly the same result as in single precision. */
class HalfPrecisionTest {
  private static final int FLOAT = 1;
  private static final int FLOAT16 = 10;

  /** Largest accepted difference; two attention modes differ by more than 0.4. */
  private static final double NEAR = 0.05;

  private static final Golden GOLDEN = Golden.open();
  private final GoldenModel golden = new GoldenModel(GOLDEN);
  @TempDir Path folder;

  @Test
  void predict_halfPrecision_isNearSingle() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    for (String part : List.of("unet", "controlnet", "text_encoder")) {
      model.graph(part, HalfPrecisionTest::halve);
    }
    KeyValueRows rows = golden.rows("kv_index_FIRST_AND_PREVIOUS");
    try (DiffusionBackend single = golden.open(CrossFrameAttention.FIRST_AND_PREVIOUS, true);
        DiffusionBackend half =
            new OnnxDiffusionBackendProvider()
                .open(model.settings().withAttention(CrossFrameAttention.FIRST_AND_PREVIOUS))) {
      assertThat(
              distance(
                  single.encodeText(List.of("snow")).get(0).toArray(),
                  half.encodeText(List.of("snow")).get(0).toArray()))
          .isLessThan(NEAR);
      for (KeyValueRows attention : List.of(rows, KeyValueRows.SELF)) {
        UnetInput query = early(golden.step(attention, 1));
        Latents expected = single.predict(query, Monitor.NONE);
        Latents got = half.predict(query, Monitor.NONE);
        assertThat(distance(expected.toArray(), got.toArray())).isLessThan(NEAR).isPositive();
      }
    }
  }

  @Test
  void encodeText_textualInversionsInHalfPrecision_areNearTheEnlargedTable() throws IOException {
    ModelCopy model = new ModelCopy(folder).graph("text_encoder", HalfPrecisionTest::halve);
    Path files = Golden.resource("prompts");
    List<TextualInversion> embeddings =
        List.of(
            TextualInversion.of(files.resolve("easy-style.safetensors")),
            TextualInversion.of(files.resolve("learned_embeds.safetensors")));
    try (DiffusionBackend half =
        new OnnxDiffusionBackendProvider().open(model.settings().withEmbeddings(embeddings))) {
      String prompt = "a photo of <cat-toy>, easy-style and snow <cat-toy>";
      assertThat(
              distance(
                  Golden.file(files.resolve("golden.npy")).floats(),
                  half.encodeText(List.of(prompt)).get(0).toArray()))
          .isLessThan(NEAR)
          .isPositive();
    }
  }

  @Test
  void encodeAndDecode_halfPrecision_areNearSingle() throws IOException {
    ModelCopy model = new ModelCopy(folder);
    for (String part : List.of("vae_encoder", "vae_decoder")) {
      model.graph(part, HalfPrecisionTest::halve);
    }
    List<Frame> frames = golden.frames("frames_u8", 1 / 255f).subList(0, 2);
    try (DiffusionBackend half = model.open()) {
      Latents latents = half.encode(frames, Monitor.NONE);
      assertThat(GOLDEN.array("vae_latent_scaled").distance(latents.toArray())).isLessThan(NEAR);
      Frame decoded = half.decode(golden.latents("vae_latent_scaled"), Monitor.NONE).get(0);
      float[] expected = golden.frames("vae_decoded", 1).get(0).toFloat();
      float[] got = decoded.toFloat();
      for (int i = 0; i < got.length; i++) {
        got[i] = got[i] * 2 - 1;
      }
      assertThat(distance(expected, got)).isLessThan(NEAR);
    }
  }

  /**
   * Returns the input at timestep 1: large timesteps times frequencies overflow in half precision.
   */
  private static UnetInput early(UnetInput query) {
    return new UnetInput(
        query.sample(), 1, query.conditionings(), query.attention(), query.controls());
  }

  private static double distance(float[] x, float[] y) {
    assertThat(x).hasSameSizeAs(y);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = Math.abs(x[i] - y[i]);
      worst = difference <= worst ? worst : difference;
    }
    return worst;
  }

  private static void halve(GraphProto.Builder graph) {
    Set<String> single = new HashSet<>(); // Resize needs its scales in single precision
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Resize")) {
        single.addAll(node.getInputList().subList(1, node.getInputCount()));
      }
    }
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (!single.contains(tensor.getName())) {
        halve(tensor);
      }
    }
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasT() && !single.contains(node.getOutput(0))) {
          halve(attribute.getTBuilder());
        }
        if (node.getOpType().equals("Cast") && attribute.getI() == FLOAT) {
          attribute.setI(FLOAT16);
        }
      }
    }
    graph.getInputBuilderList().forEach(HalfPrecisionTest::halve);
    graph.getOutputBuilderList().forEach(HalfPrecisionTest::halve);
    graph.clearValueInfo();
  }

  private static void halve(ValueInfoProto.Builder value) {
    if (value.getType().getTensorType().getElemType() == FLOAT) {
      value.getTypeBuilder().getTensorTypeBuilder().setElemType(FLOAT16);
    }
  }

  private static void halve(TensorProto.Builder tensor) {
    if (tensor.getDataType() != FLOAT) {
      return;
    }
    ByteBuffer from = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer to = ByteBuffer.allocate(from.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      to.putShort(Fp16Conversions.floatToFp16(from.getFloat()));
    }
    tensor.setDataType(FLOAT16).setRawData(ByteString.copyFrom(to.array()));
  }
}
