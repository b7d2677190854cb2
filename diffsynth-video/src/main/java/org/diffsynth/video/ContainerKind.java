package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a kind of container holds beside pictures, as far as FFmpeg does not say it itself, and what
 * it holds instead of other codecs.
 */
enum ContainerKind {
  MP4("aac", "mov_text"),
  MOV("aac", "mov_text"),
  MATROSKA("flac", "subrip"),
  WEBM("libopus", "webvtt"),
  AVI("pcm_s16le", null),
  GIF(null, null);

  /** Texts that MP4 files hold as iTunes writes them, which most players show. */
  private static final Set<String> MP4_KEYS =
      Set.of(
          "title",
          "artist",
          "album_artist",
          "composer",
          "album",
          "date",
          "comment",
          "genre",
          "copyright",
          "grouping",
          "lyrics",
          "description",
          "synopsis",
          "show",
          "episode_id",
          "network",
          "keywords",
          "episode_sort",
          "season_number",
          "media_type",
          "hd_video",
          "gapless_playback",
          "compilation",
          "track",
          "disc",
          "tmpo",
          "location",
          "creation_time",
          "timecode");

  private static final Set<String> MOV_KEYS =
      Set.of(
          "title",
          "artist",
          "author",
          "album",
          "date",
          "comment",
          "genre",
          "copyright",
          "make",
          "model",
          "location",
          "keywords",
          "composer",
          "creation_time",
          "timecode",
          "description",
          "director",
          "performers",
          "original_source",
          "playback_requirements",
          "warning",
          "original_format",
          "lyrics",
          "disclaimer");

  private static final Set<String> AVI_KEYS =
      Set.of(
          "title",
          "artist",
          "comment",
          "copyright",
          "date",
          "genre",
          "language",
          "album",
          "track",
          "encoded_by",
          "timecode");

  /** Languages that QuickTime files number, and other codes of the same languages. */
  private static final Set<String> MOV_LANGUAGES =
      Set.of(
          "eng", "fra", "ger", "ita", "dut", "sve", "spa", "dan", "por", "nor", "heb", "jpn", "ara",
          "fin", "gre", "ice", "mlt", "tur", "chi", "urd", "hin", "tha", "kor", "lit", "pol", "hun",
          "est", "lav", "rus", "alb", "ron", "ces", "slk", "slv", "yid", "mac", "bul", "ukr", "bel",
          "uzb", "kaz", "aze", "arm", "geo", "kir", "tgk", "tuk", "mon", "pus", "kur", "kas", "snd",
          "tib", "nep", "san", "mar", "ben", "asm", "guj", "ori", "mal", "kan", "tam", "tel", "bur",
          "khm", "lao", "vie", "ind", "tgl", "may", "amh", "tir", "orm", "som", "swa", "epo", "wel",
          "baq", "cat", "lat", "que", "grn", "aym", "tat", "uig", "dzo", "jav");

  private static final Map<String, String> MOV_ALIASES =
      Map.ofEntries(
          Map.entry("fre", "fra"),
          Map.entry("deu", "ger"),
          Map.entry("nld", "dut"),
          Map.entry("swe", "sve"),
          Map.entry("ell", "gre"),
          Map.entry("isl", "ice"),
          Map.entry("zho", "chi"),
          Map.entry("sqi", "alb"),
          Map.entry("rum", "ron"),
          Map.entry("cze", "ces"),
          Map.entry("slo", "slk"),
          Map.entry("mkd", "mac"),
          Map.entry("hye", "arm"),
          Map.entry("kat", "geo"),
          Map.entry("bod", "tib"),
          Map.entry("mya", "bur"),
          Map.entry("msa", "may"),
          Map.entry("cym", "wel"),
          Map.entry("eus", "baq"));

  private final String audioEncoder;
  private final String subtitleEncoder;

  ContainerKind(String audioEncoder, String subtitleEncoder) {
    this.audioEncoder = audioEncoder;
    this.subtitleEncoder = subtitleEncoder;
  }

  /** Returns the kind of container of files with an extension. */
  static ContainerKind of(String extension) {
    return switch (extension.toLowerCase(Locale.ROOT)) {
      case "mov" -> MOV;
      case "mkv" -> MATROSKA;
      case "webm" -> WEBM;
      case "avi" -> AVI;
      case "gif" -> GIF;
      default -> MP4;
    };
  }

  /** Returns FFmpeg's encoder for sound that the container cannot hold, or null if it has none. */
  String audioEncoder() {
    return audioEncoder;
  }

  /** Returns FFmpeg's encoder for text subtitles in another codec, or null if it holds none. */
  String subtitleEncoder() {
    return subtitleEncoder;
  }

  /**
   * Returns whether players read a codec of sound from this container. FFmpeg writes a few that
   * only FFmpeg reads.
   */
  boolean playsAudio(int codec, String name) {
    return switch (this) {
      case MP4 -> codec != AV_CODEC_ID_VORBIS && !name.startsWith("pcm_");
      case AVI -> codec != AV_CODEC_ID_VORBIS && codec != AV_CODEC_ID_OPUS;
      default -> true;
    };
  }

  boolean isQuickTime() {
    return this == MP4 || this == MOV;
  }

  /** Returns whether the container holds chapters. */
  boolean holdsChapters() {
    return this != AVI && this != GIF;
  }

  /** Returns whether the container holds a cover picture in a codec. */
  boolean holdsCover(int codec) {
    return switch (this) {
      case MATROSKA -> true;
      case MP4 ->
          codec == AV_CODEC_ID_MJPEG || codec == AV_CODEC_ID_PNG || codec == AV_CODEC_ID_BMP;
      default -> false;
    };
  }

  /** Returns whether the container holds fonts and other files. */
  boolean holdsAttachments() {
    return this == MATROSKA;
  }

  /** Returns the code with which the container holds a language, or null if it cannot. */
  String language(String code) {
    return switch (this) {
      case AVI, GIF -> null;
      case MOV -> {
        String numbered = MOV_ALIASES.getOrDefault(code, code);
        yield MOV_LANGUAGES.contains(numbered) ? numbered : null;
      }
      default -> code;
    };
  }

  /** Returns whether the container holds the role of a stream, such as comment or forced. */
  boolean holdsRoles() {
    return this == MP4 || this == MATROSKA || this == WEBM;
  }

  /**
   * Returns whether texts about the file need QuickTime's list of free keywords, in place of
   * iTunes' list of fixed ones.
   */
  boolean needsFreeKeys(Map<String, String> tags) {
    return isQuickTime() && !(this == MP4 ? MP4_KEYS : MOV_KEYS).containsAll(tags.keySet());
  }

  /**
   * Returns whether the container holds a text about the file.
   *
   * @param freeKeys whether QuickTime's list of free keywords is written
   */
  boolean holdsKey(String key, boolean freeKeys) {
    return switch (this) {
      case MP4 -> freeKeys || MP4_KEYS.contains(key);
      case MOV -> freeKeys || MOV_KEYS.contains(key);
      case AVI -> AVI_KEYS.contains(key);
      case GIF -> false;
      default -> true;
    };
  }
}
