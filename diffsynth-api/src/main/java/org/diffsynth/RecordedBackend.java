package org.diffsynth;

import java.util.List;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.events.WorkEvent;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.UnetInput;

/**
 * A backend whose calls are events of JDK Flight Recorder.
 *
 * @param backend evaluates the model
 * @param name name of the backend's provider
 */
record RecordedBackend(DiffusionBackend backend, String name) implements DiffusionBackend {

  @Override
  public ModelDescription model() {
    return backend.model();
  }

  @Override
  public List<Embedding> encodeText(List<String> prompts) {
    WorkEvent event = WorkEvent.started(new WorkEvent.Encode());
    try {
      return backend.encodeText(prompts);
    } finally {
      event.done(name, "encodeText", 0, 0, prompts.size());
    }
  }

  @Override
  public Latents encode(List<Frame> frames, Monitor monitor) {
    WorkEvent event = WorkEvent.started(new WorkEvent.Encode());
    try {
      return backend.encode(frames, monitor);
    } finally {
      event.done(name, "encode", frames.get(0).width(), frames.get(0).height(), frames.size());
    }
  }

  @Override
  public List<Frame> decode(Latents latents, Monitor monitor) {
    WorkEvent event = WorkEvent.started(new WorkEvent.Decode());
    try {
      return backend.decode(latents, monitor);
    } finally {
      event.done(name, "decode", latents.width(), latents.height(), latents.frames());
    }
  }

  @Override
  public Latents encodeInLoop(List<Frame> frames, Monitor monitor) {
    WorkEvent event = WorkEvent.started(new WorkEvent.Encode());
    try {
      return backend.encodeInLoop(frames, monitor);
    } finally {
      event.done(
          name, "encodeInLoop", frames.get(0).width(), frames.get(0).height(), frames.size());
    }
  }

  @Override
  public List<Frame> decodeInLoop(Latents latents, Monitor monitor) {
    WorkEvent event = WorkEvent.started(new WorkEvent.Decode());
    try {
      return backend.decodeInLoop(latents, monitor);
    } finally {
      event.done(name, "decodeInLoop", latents.width(), latents.height(), latents.frames());
    }
  }

  @Override
  public Latents predict(UnetInput input, Monitor monitor) {
    WorkEvent event = WorkEvent.started(new WorkEvent.ModelCall());
    try {
      return backend.predict(input, monitor);
    } finally {
      Latents sample = input.sample();
      int rows = sample.frames() * input.conditionings().size();
      event.done(name, "predict", sample.width(), sample.height(), rows);
    }
  }

  @Override
  public int rowsPerCall(int latentWidth, int latentHeight, int conditionings) {
    return backend.rowsPerCall(latentWidth, latentHeight, conditionings);
  }

  @Override
  public void close() {
    WorkEvent event = WorkEvent.started(new WorkEvent.Wait());
    backend.close();
    event.done(name, "close", 0, 0, 1);
  }
}
