package org.diffsynth.model.quickstart;

/** The styles that the quickstart model was trained on, each with a prompt that asks for it. */
public enum Style {

  /** The picture as a camera takes it. */
  PHOTO("a real photo, natural light, true colors"),

  /** Thick strokes of oil paint. */
  OIL("oil painting, bold brushwork"),

  /** Transparent washes on white paper. */
  WATERCOLOR("watercolor painting, soft washes of paint"),

  /** Flat colours with black outlines. */
  CARTOON("cartoon, bold outlines, flat shading"),

  /** Moonlight, dark blue. */
  NIGHT("night scene, dark blue, under the moon"),

  /** Snow and cold light. */
  WINTER("winter, snow, ice"),

  /** Orange and red leaves. */
  AUTUMN("autumn leaves, orange and red"),

  /** A faded, sepia-toned print. */
  VINTAGE("old faded photograph, sepia"),

  /** An orange and pink sky, low sun. */
  SUNSET("sunset, orange and pink sky"),

  /** Black and white with hard shadows. */
  NOIR("film noir, black and white, deep shadows"),

  /** Glowing edges in magenta and cyan. */
  NEON("cyberpunk, neon glow, purple and blue"),

  /** Pale and dreamy. */
  PASTEL("pale pastel colors, soft and dreamy"),

  /** Heavy black ink and vivid colours. */
  COMIC("comic book, heavy black ink, vivid colors"),

  /** Blue-green light under water. */
  UNDERWATER("underwater, deep sea, blue water, light rays");

  private final String prompt;

  Style(String prompt) {
    this.prompt = prompt;
  }

  /** Returns a prompt that asks for this style. */
  public String prompt() {
    return prompt;
  }
}
