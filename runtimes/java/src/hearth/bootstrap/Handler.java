package hearth.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

/**
 * A function's method, and how an invocation becomes its arguments.
 * @param instance null for a static method
 * @param parameters InputStream, OutputStream, the context's interface, or the one type that the event is read as
 * @param result what to make of the returned value: nothing for a method that writes to an OutputStream
 * @param context the function's own Context interface, or null
 */
record Handler(Object instance, Method method, Type[] parameters, Result result, Class<?> context) {
    enum Result { JSON, NULL, WRITTEN }

    /** @param contextOf made only for a method that asks for it */
    void invoke(byte[] event, LambdaContext contextOf, Body response) throws Throwable {
        Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < arguments.length; i++) {
            Type type = parameters[i];
            if (type == InputStream.class) {
                arguments[i] = new ByteArrayInputStream(event);
            } else if (type == OutputStream.class) {
                arguments[i] = response;
            } else if (type == context && context != null) {
                arguments[i] = contextOf.as(context);
            } else {
                arguments[i] = read(event, type);
            }
        }
        Object returned = call(arguments);
        if (result != Result.WRITTEN) {
            write(result == Result.JSON ? returned : null, response);
        }
    }

    private Object call(Object[] arguments) throws Throwable {
        try {
            return method.invoke(instance, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object read(byte[] event, Type type) {
        try {
            return Binder.bind(JsonReader.read(new String(event, StandardCharsets.UTF_8)), type);
        } catch (JsonException | IllegalArgumentException | LinkageError e) {
            throw new RuntimeException("An error occurred during JSON parsing", e);
        }
    }

    private static void write(Object value, Body response) throws IOException {
        try {
            response.write(JsonWriter.write(value).getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException | LinkageError e) {
            throw new RuntimeException("An error occurred during JSON serialization of response", e);
        }
    }
}
