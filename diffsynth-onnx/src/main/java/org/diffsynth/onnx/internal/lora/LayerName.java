package org.diffsynth.onnx.internal.lora;

import java.io.IOException;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * The layer of a model that a LoRA changes. Files name it in one of these conventions:
 *
 * <pre>
 * lora_unet_down_blocks_0_attentions_0_…_attn1_to_q          scripts by kohya, LyCORIS
 * lycoris_down_blocks_0_attentions_0_…_attn1_to_q            LyCORIS as a library
 * unet.down_blocks.0.attentions.0.….attn1.to_q               diffusers
 * base_model.model.down_blocks.0.attentions.0.….attn1.to_q   PEFT
 * unet.down_blocks.0.attentions.0.….attn1.processor.to_q     older diffusers
 * </pre>
 *
 * @param part the model that the layer belongs to
 * @param path path of the layer, joined by underscores
 */
record LayerName(Part part, String path) {

  /** A model that LoRAs change. */
  enum Part {
    UNET("unet"),
    TEXT_ENCODER("text_encoder");

    private final String folder;

    Part(String folder) {
      this.folder = folder;
    }

    /** Returns the folder of the model, which is also its prefix in files of diffusers. */
    String folder() {
      return folder;
    }
  }

  /**
   * Parses a name.
   *
   * @param module name of a tensor without the part behind the layer
   * @throws IOException if the layer belongs to one of two text encoders
   */
  static LayerName of(SafetensorsFile file, String module) throws IOException {
    String name = module.replaceFirst("^base_model\\.model\\.", "");
    if (name.matches("(lora_te[123]_|text_encoder_[23]\\.).*")) {
      throw new IOException(
          Text.format(
              "%s is for a model with two or more text encoders, such as SDXL: it changes '%s'; use a LoRA for Stable Diffusion 1.5",
              file.file(), module));
    }
    Part part = Part.UNET;
    if (name.matches("(lora_te_|text_encoder\\.|text_model\\.).*")) {
      part = Part.TEXT_ENCODER;
      name = name.replaceFirst("^lora_te_|^text_encoder\\.", "");
    } else {
      name = name.replaceFirst("^lora_unet_|^unet\\.|^lycoris_", "");
    }
    String path = name.replace(".processor.", ".").replace('.', '_');
    if (part == Part.TEXT_ENCODER) {
      path =
          path.replaceFirst("_to_([qkv])$", "_$1_proj").replaceFirst("_to_out(_0)?$", "_out_proj");
    } else if (path.endsWith("_to_out")) {
      path += "_0"; // older diffusers left out the index
    }
    return new LayerName(part, path);
  }
}
