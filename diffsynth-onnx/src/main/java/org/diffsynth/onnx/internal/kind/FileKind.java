package org.diffsynth.onnx.internal.kind;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kinds of files that people have in place of a model file. A file is recognised by its first
 * bytes, never by its name, and no more than these bytes are read.
 */
public enum FileKind {
  /** Nothing that is known here, such as an ONNX model. */
  OTHER("a file of another format", "", ""),
  /** A file without content. */
  EMPTY("an empty file (0 bytes)", Advice.REDO, Advice.REDO),
  /** The small text file that Git keeps instead of a large one. */
  LFS_POINTER(
      "a Git LFS pointer of a few bytes, not the file itself",
      "run 'git lfs pull' in its repository, or download the file",
      "run 'git lfs pull' in its repository, or download the file"),
  /** A web page that a download saved instead of the file. */
  WEB_PAGE(
      "a web page, as a failed or refused download saves it",
      "download the file again (sign in or accept its licence first, if the page asks for it)",
      "download the file again (sign in or accept its licence first, if the page asks for it)"),
  /** JSON, such as the error of a server. */
  JSON("JSON text", "look into it: it may be the error of a failed download", Advice.REDO),
  /** The format safetensors. */
  SAFETENSORS("a file of PyTorch weights (safetensors)", Advice.EXPORT, ""),
  /** A PyTorch checkpoint, which is a zip file of a pickle. */
  TORCH("a PyTorch checkpoint (pickle)", Advice.EXPORT, Advice.CONVERT),
  /** A pickle of Python, as old PyTorch checkpoints are. */
  PICKLE("a Python pickle (PyTorch checkpoint)", Advice.EXPORT, Advice.CONVERT),
  /** A zip file or another archive. */
  ARCHIVE("an archive (zip, tar, gzip, 7z or similar)", "unpack it", "unpack it"),
  /** The format of stable-diffusion.cpp. */
  GGUF("a GGUF file of stable-diffusion.cpp", Advice.EXPORT, "use the .safetensors file"),
  /** ONNX Runtime's own format. */
  ORT(
      "a model in ONNX Runtime's .ort format",
      "use the .onnx file that it was made from",
      "use the .safetensors file"),
  /** A model of Keras, TensorFlow Lite or OpenVINO. */
  OTHER_RUNTIME(
      "a model of Keras, TensorFlow Lite or OpenVINO", Advice.EXPORT, "use the .safetensors file"),
  /** A picture. */
  PICTURE("a picture", Advice.REDO, "use the .safetensors file");

  private static final class Advice {
    static final String REDO = "copy or download it again";
    static final String EXPORT = "export the model to ONNX, as docs/export.md describes";
    static final String CONVERT = "use the .safetensors file, or convert it with PyTorch";
  }

  private static final int HEAD = 1024;
  private static final Pattern LFS_SIZE = Pattern.compile("(?m)^size (\\d+)");

  private final String title;
  private final String insteadOfOnnx;
  private final String insteadOfSafetensors;

  FileKind(String title, String insteadOfOnnx, String insteadOfSafetensors) {
    this.title = title;
    this.insteadOfOnnx = insteadOfOnnx;
    this.insteadOfSafetensors = insteadOfSafetensors;
  }

  /** Returns what the file is, with an article, such as {@code "a web page"}. */
  public String title() {
    return title;
  }

  /** Returns the kind of a file. */
  public static FileKind of(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    return of(head);
  }

  /**
   * Checks that a file may be an ONNX model.
   *
   * @throws IOException naming the file, its kind, and what to do
   */
  public static void requireOnnx(Path file) throws IOException {
    FileKind kind = of(file);
    if (kind != OTHER) {
      throw new IOException(
          file
              + " is "
              + kind.title
              + ", not an ONNX model: "
              + kind.insteadOfOnnx
              + size(file, kind));
    }
  }

  /**
   * Checks that a file may be in the safetensors format.
   *
   * @throws IOException naming the file, its kind, and what to do
   */
  public static void requireSafetensors(Path file) throws IOException {
    FileKind kind = of(file);
    if (kind != SAFETENSORS && kind != OTHER) {
      throw new IOException(
          file
              + " is "
              + kind.title
              + ", not a safetensors file: "
              + kind.insteadOfSafetensors
              + size(file, kind));
    }
  }

  /**
   * Returns the explanation of a file that cannot be read as text or data.
   *
   * @return a clause such as {@code "; it is a web page …: download the file again"}, or nothing
   */
  public static String explain(Path file) {
    try {
      FileKind kind = of(file);
      return switch (kind) {
        case LFS_POINTER, WEB_PAGE, EMPTY ->
            "; it is " + kind.title + ": " + kind.insteadOfOnnx + size(file, kind);
        default -> "";
      };
    } catch (IOException e) {
      return "";
    }
  }

  /** The size of the file that a Git LFS pointer stands for. */
  private static String size(Path file, FileKind kind) throws IOException {
    if (kind != LFS_POINTER) {
      return "";
    }
    Matcher size = LFS_SIZE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    return size.find() ? " (it has " + size.group(1) + " bytes)" : "";
  }

  private static FileKind of(byte[] head) {
    if (head.length == 0) {
      return EMPTY;
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String start = text.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading();
    String small = start.substring(0, Math.min(start.length(), 64)).toLowerCase(Locale.ROOT);
    if (start.startsWith("version https://git-lfs")
        || start.matches("(?s)(\\.\\./)*(\\.git)?/?annex/objects/.*")) {
      return LFS_POINTER;
    }
    if (small.matches("(?s)<(!doctype html|html|head|body|!--|\\?xml|error).*")) {
      return start.contains("<net ") ? OTHER_RUNTIME : WEB_PAGE;
    }
    if (isSafetensors(head)) {
      return SAFETENSORS;
    }
    if (small.startsWith("{") && small.matches("(?s)\\{\\s*[\"}].*")) {
      return JSON;
    }
    if (text.startsWith("PK\3\4")) {
      return text.contains("data.pkl") || text.contains("/version") ? TORCH : ARCHIVE;
    }
    if (head.length > 1 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5) {
      return PICKLE;
    }
    return byMagic(text);
  }

  private static FileKind byMagic(String text) {
    if (text.startsWith("\u001f\u008b")
        || text.startsWith("7z\u00bc\u00af")
        || text.startsWith("Rar!")
        || text.startsWith("BZh")
        || text.startsWith("\u00fd7zXZ")
        || text.startsWith("\u0028\u00b5\u002f\u00fd")
        || text.startsWith("ustar", 257)) {
      return ARCHIVE;
    }
    if (text.startsWith("GGUF")) {
      return GGUF;
    }
    if (text.startsWith("ORTM", 4)) {
      return ORT;
    }
    if (text.startsWith("\u0089HDF") || text.startsWith("TFL3", 4)) {
      return OTHER_RUNTIME;
    }
    boolean picture =
        text.startsWith("\u0089PNG")
            || text.startsWith("\u00ff\u00d8\u00ff")
            || text.startsWith("RIFF");
    return picture ? PICTURE : OTHER;
  }

  /** Whether a file starts with the length of a JSON header, and with that header. */
  private static boolean isSafetensors(byte[] head) {
    if (head.length < Long.BYTES + 2 || head[Long.BYTES] != '{') {
      return false;
    }
    long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length >= 2 && length <= 100L << 20;
  }
}
