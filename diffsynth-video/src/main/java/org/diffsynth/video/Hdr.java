package org.diffsynth.video;

/** What is done with videos of high dynamic range (HDR), which are encoded with HLG or PQ. */
public enum Hdr {

  /**
   * Pictures are tone-mapped to the standard dynamic range of BT.709, which models, metrics and
   * screens expect. This is the default. Frames keep 16 bits per sample.
   */
  TONE_MAP,

  /**
   * Samples keep the HLG or PQ curve and the BT.2020 primaries of the file. Write them with the
   * {@link PictureTags} of the input and with a codec of at least 10 bits, or they look grey.
   */
  KEEP
}
