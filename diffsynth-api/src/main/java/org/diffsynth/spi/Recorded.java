package org.diffsynth.spi;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.events.WorkEvent;

/**
 * Engines and sessions whose calls are events of JDK Flight Recorder. Calls are passed on
 * unchanged; a call takes milliseconds.
 */
final class Recorded implements InvocationHandler {

  private final Object target;
  private final String engine;
  private final int width;
  private final int height;

  private Recorded(Object target, String engine, int width, int height) {
    this.target = target;
    this.engine = engine;
    this.width = width;
    this.height = height;
  }

  /** Returns an object that passes calls to {@code target} and records them. */
  static <T> T of(Class<T> type, T target, String engine, int width, int height) {
    return type.cast(
        Proxy.newProxyInstance(
            Recorded.class.getClassLoader(),
            new Class<?>[] {type},
            new Recorded(target, engine, width, height)));
  }

  @Override
  public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
    WorkEvent event = event(method.getName());
    if (event == null) {
      return opened(method.getName(), call(method, arguments), arguments);
    }
    event.begin();
    try {
      return waitingFor(method.getName(), call(method, arguments));
    } finally {
      finish(event, method.getName(), arguments);
    }
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static WorkEvent event(String method) {
    return switch (method) {
      case "match", "matchLatents" -> new WorkEvent.FieldSearch();
      case "remap", "carry", "add", "finish", "take", "takeLater" -> new WorkEvent.Blend();
      case "agree", "steady", "steadyLater", "mean", "exchange" -> new WorkEvent.Blend();
      case "putGuide", "putStyle", "putPicture", "putField", "guide" -> new WorkEvent.Prepare();
      case "close" -> new WorkEvent.Wait();
      default -> null;
    };
  }

  private void finish(WorkEvent event, String method, Object[] arguments) {
    int columns = width;
    int rows = height;
    int count = 1;
    for (Object argument : arguments == null ? new Object[0] : arguments) {
      if (argument instanceof Frame frame) {
        columns = frame.width();
        rows = frame.height();
      } else if (argument instanceof Collection<?> batch) {
        count = batch.size();
      }
    }
    event.done(engine, method, columns, rows, count);
  }

  /** Records how long the caller waits for a frame that is computed meanwhile. */
  private Object waitingFor(String method, Object result) {
    if (!(result instanceof Supplier<?> later)) {
      return result;
    }
    return (Supplier<Object>)
        () -> {
          WorkEvent event = WorkEvent.started(new WorkEvent.Wait());
          Object value = later.get();
          event.done(engine, method, width, height, 1);
          return value;
        };
  }

  /** Records the calls of sessions that a matcher opens. */
  private Object opened(String method, Object result, Object[] arguments) {
    if (method.equals("openSession")) {
      return of(
          BlendSession.class,
          (BlendSession) result,
          engine,
          (int) arguments[0],
          (int) arguments[1]);
    }
    if (method.equals("openAgreement")) {
      return ((Optional<?>) result)
          .map(
              session ->
                  of(
                      AgreementSession.class,
                      (AgreementSession) session,
                      engine,
                      (int) arguments[0],
                      (int) arguments[1]));
    }
    return result;
  }
}
