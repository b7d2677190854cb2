package org.diffsynth.onnx.golden;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * The weights of the golden model as PyTorch had them before the export, found again in its ONNX
 * graphs, to be written in the format safetensors.
 */
public final class TinyCheckpoint {
  /** A weight with its original shape. */
  public record Tensor(float[] values, int... shape) {}

  private static final String TEXT = "text_encoder";

  private final Path from;
  private String type = "F32";

  /** Creates a checkpoint of the model in a folder of ONNX models. */
  public TinyCheckpoint(Path from) {
    this.from = from;
  }

  /** Sets the element type of the files. */
  public TinyCheckpoint as(String elementType) {
    type = elementType;
    return this;
  }

  /** Writes a folder of diffusers, with the ControlNet in the subfolder controlnet. */
  public Path writeFolder(Path to) throws IOException {
    for (String file :
        List.of(
            "model_index.json",
            "scheduler/scheduler_config.json",
            "tokenizer/vocab.json",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer/special_tokens_map.json",
            "unet/config.json",
            "controlnet/config.json",
            "text_encoder/config.json")) {
      copy(file, to.resolve(file));
    }
    copy("vae_decoder/config.json", to.resolve("vae/config.json"));
    write(weights("unet"), to.resolve("unet/diffusion_pytorch_model.safetensors"));
    write(weights("controlnet"), to.resolve("controlnet/diffusion_pytorch_model.safetensors"));
    write(weights(TEXT), to.resolve("text_encoder/model.safetensors"));
    write(vae(), to.resolve("vae/diffusion_pytorch_model.safetensors"));
    return to;
  }

  /** Changes a JSON file of a model. */
  public static void json(Path file, UnaryOperator<ObjectNode> change) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(file.toFile());
    mapper.writeValue(file.toFile(), change.apply(json));
  }

  private void copy(String name, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.write(to, Files.readAllBytes(from.resolve(name)));
  }

  /** Writes weights to a file. */
  public void write(Map<String, Tensor> weights, Path file) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter().as(type);
    weights.forEach((name, tensor) -> writer.with(name, tensor.values, tensor.shape));
    writer.write(file);
  }

  /** Returns the weights of encoder and decoder of the VAE. */
  public Map<String, Tensor> vae() throws IOException {
    Map<String, Tensor> vae = weights("vae_encoder");
    vae.putAll(weights("vae_decoder"));
    return vae;
  }

  /** Returns the weights of a network by their names in diffusers. */
  public Map<String, Tensor> weights(String part) throws IOException {
    ModelProto model =
        ModelProto.parseFrom(Files.readAllBytes(from.resolve(part).resolve("model.onnx")));
    Map<String, TensorProto> initializers = new HashMap<>();
    Map<String, Tensor> found = new TreeMap<>();
    String root = part.equals(TEXT) ? "text_model." : "";
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      initializers.put(tensor.getName(), tensor);
      if (tensor.getName().startsWith("m.")) {
        found.put(root + tensor.getName().substring(2), plain(tensor));
      }
    }
    // A weight that equals another one, and one that the exporter changed, is found by its node.
    for (NodeProto node : model.getGraph().getNodeList()) {
      int slash = node.getName().lastIndexOf('/');
      if (slash > 0) {
        String layer =
            root + node.getName().substring(1, slash).replaceFirst("^m/", "").replace('/', '.');
        for (int i = 0; i < node.getInputCount(); i++) {
          TensorProto tensor = initializers.get(node.getInput(i));
          if (tensor != null) {
            add(found, layer, node.getOpType(), i, tensor);
          }
        }
      }
    }
    return found;
  }

  private static void add(
      Map<String, Tensor> found, String layer, String op, int input, TensorProto tensor) {
    switch (op) {
      case "MatMul" -> found.putIfAbsent(layer + ".weight", transposed(tensor));
      case "Conv", "LayerNormalization" ->
          found.putIfAbsent(layer + (input == 1 ? ".weight" : ".bias"), plain(tensor));
      case "Mul" -> found.putIfAbsent(layer + ".weight", vector(tensor));
      case "Add" -> found.putIfAbsent(layer + ".bias", vector(tensor));
      default -> {
        // A shape, or a weight that has its name.
      }
    }
  }

  private static Tensor plain(TensorProto tensor) {
    return new Tensor(
        values(tensor), tensor.getDimsList().stream().mapToInt(Long::intValue).toArray());
  }

  private static Tensor vector(TensorProto tensor) {
    float[] values = values(tensor);
    return new Tensor(values, values.length);
  }

  private static Tensor transposed(TensorProto tensor) {
    int rows = (int) tensor.getDims(0);
    int columns = (int) tensor.getDims(1);
    float[] values = values(tensor);
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % columns * rows + i / columns] = values[i];
    }
    return new Tensor(turned, columns, rows);
  }

  private static float[] values(TensorProto tensor) {
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[raw.remaining() / Float.BYTES];
    raw.asFloatBuffer().get(values);
    return values;
  }
}
