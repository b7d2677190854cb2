package org.diffsynth.deflicker;

/** The part of the colours that a deflickered picture gets from the deflicker. */
enum ColourPart {
  /** Brightness and colour. */
  ALL,
  /** Brightness only; the colour is that of the input. */
  LUMA,
  /** Colour only; the brightness is that of the input. */
  COLOUR
}
