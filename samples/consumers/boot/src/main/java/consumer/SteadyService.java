package consumer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Deflickers on the common pool, and streams the progress as server-sent events. */
@SpringBootApplication
@RestController
public class SteadyService {

  @GetMapping("/steady")
  public SseEmitter steady() {
    SseEmitter events = new SseEmitter(0L);
    CompletableFuture<Video> job =
        PatchBlending.fast(2)
            .applyAsync(
                clip(0),
                clip(40),
                ForkJoinPool.commonPool(),
                Monitor.of(p -> send(events, p.phase() + " " + p.framesDone() + "/" + p.framesTotal())));
    events.onError(failure -> job.cancel(true)); // the browser has gone
    job.whenComplete(
        (video, failure) -> {
          if (failure != null) {
            events.completeWithError(failure);
          } else {
            send(events, "steadied " + video.size() + " frames on " + Thread.currentThread().getName());
            events.complete();
          }
        });
    return events;
  }

  private static void send(SseEmitter events, String text) {
    try {
      events.send(text);
    } catch (IOException e) {
      throw new IllegalStateException("the browser has gone", e);
    }
  }

  private static Video clip(int flicker) {
    List<Frame> frames = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      byte[] rgb = new byte[64 * 48 * 3];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) ((i * 7 + i / 192 * 31) % 150 + t % 2 * flicker);
      }
      frames.add(Frame.ofRgb8(64, 48, rgb));
    }
    return Video.of(frames, FrameRate.of(25));
  }

  /** With the argument {@code check}, calls the service several times at once and stops. */
  public static void main(String[] arguments) throws Exception {
    ConfigurableApplicationContext context = SpringApplication.run(SteadyService.class, arguments);
    if (arguments.length > 0 && arguments[arguments.length - 1].equals("check")) {
      int port = ((WebServerApplicationContext) context).getWebServer().getPort();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/steady")).build();
      HttpClient client = HttpClient.newHttpClient();
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        System.out.println(answer.get().body());
      }
      System.exit(SpringApplication.exit(context));
    }
  }
}
