package org.diffsynth.onnx.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.onnx.internal.kind.FileKind;

/** Reading of JSON files, such as the {@code config.json} files of a model. */
public final class JsonFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonFile() {}

  /**
   * Reads a JSON file.
   *
   * @throws IOException if the file is missing, cannot be read or is not JSON; the message names it
   */
  public static JsonNode read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    try {
      return MAPPER.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + " is not JSON: " + e.getOriginalMessage() + FileKind.explain(file), e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a JSON file that may be absent.
   *
   * @return the content, or a missing node if there is no such file
   * @throws IOException if the file cannot be read or is not JSON; the message names it
   */
  public static JsonNode readOptional(Path file) throws IOException {
    return Files.isRegularFile(file) ? read(file) : MissingNode.getInstance();
  }
}
