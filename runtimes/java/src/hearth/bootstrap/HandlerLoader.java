package hearth.bootstrap;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.List;

/** Finds what {@code package.Class::method} and {@code package.Class} name. What goes wrong is a Fault. */
final class HandlerLoader {
    private final TaskClasses classes;
    private final Class<?> context;

    HandlerLoader(TaskClasses classes) {
        this.classes = classes;
        context = classes.api("Context");
    }

    Handler load(String name) {
        int colons = name.lastIndexOf("::");
        String className = colons < 0 ? name : name.substring(0, colons);
        String methodName = colons < 0 ? null : name.substring(colons + 2);
        if (className.isEmpty() || "".equals(methodName)) {
            throw Fault.of("Invalid handler: `" + name + "'");
        }
        Class<?> type = loadClass(className);
        return methodName == null ? ofInterface(type) : ofMethod(type, methodName);
    }

    private Class<?> loadClass(String name) {
        try {
            return Class.forName(name, true, classes);
        } catch (ClassNotFoundException e) {
            throw Fault.of("Class not found: " + name, e, false);
        } catch (Throwable e) {
            throw Fault.of("Error loading class " + name + (e.getMessage() == null ? "" : ": " + e.getMessage()), e, true);
        }
    }

    private Handler ofInterface(Class<?> type) {
        Class<?> streams = classes.api("RequestStreamHandler");
        if (streams != null && streams.isAssignableFrom(type)) {
            return new Handler(create(type), streams.getMethods()[0],
                new Type[] {InputStream.class, OutputStream.class, context}, Handler.Result.WRITTEN, context);
        }
        Class<?> objects = classes.api("RequestHandler");
        if (objects != null && objects.isAssignableFrom(type)) {
            Type[] types = Types.arguments(type, objects);
            refuseUnknown(type, types);
            return new Handler(create(type), objects.getMethods()[0], new Type[] {types[0], context}, result(types[1]), context);
        }
        throw Fault.of("Class does not implement an appropriate handler interface: " + type.getName());
    }

    private static void refuseUnknown(Class<?> type, Type[] types) {
        String refusal = "Class " + type.getName() + " does not implement RequestHandler with concrete type parameters";
        if (types == null) {
            throw Fault.of(refusal);
        }
        for (Type one : types) {
            if (one instanceof TypeVariable && Types.raw(one) == Object.class) {
                throw Fault.of(refusal + ": parameter " + one + " has no upper bound.");
            }
        }
    }

    Handler ofMethod(Class<?> type, String name) {
        Method method = null;
        for (Method candidate : methods(type, name)) {
            boolean fits = candidate.getName().equals(name) && isHandler(candidate.getParameterTypes());
            if (fits && (method == null || weight(candidate) > weight(method))) {
                method = candidate;
            }
        }
        if (method == null) {
            throw Fault.of("No public method named " + name + " with appropriate method signature found on class " + type.getName());
        }
        Type[] parameters = method.getGenericParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = Types.resolve(parameters[i], Types.bindings(type));
        }
        boolean written = List.of(method.getParameterTypes()).contains(OutputStream.class);
        Object instance = Modifier.isStatic(method.getModifiers()) ? null : create(type);
        method.setAccessible(true); // a public method of a class that is not public
        return new Handler(instance, method, parameters, written ? Handler.Result.WRITTEN : result(method.getReturnType()), context);
    }

    private static Method[] methods(Class<?> type, String name) {
        try {
            return type.getMethods();
        } catch (NoClassDefFoundError e) {
            throw Fault.of("Error loading method " + name + " on class " + type.getName(), e, false);
        }
    }

    /** An event, a context, or an event and a context; the event may be a stream, and an output stream may follow it. */
    private boolean isHandler(Class<?>[] types) {
        int count = types.length;
        boolean withContext = count > 0 && types[count - 1] == context;
        int others = withContext ? count - 1 : count;
        for (int i = 0; i < others; i++) {
            if (types[i] == context) {
                return false;
            }
        }
        return others < 2 || others == 2 && types[0] == InputStream.class && types[1] == OutputStream.class;
    }

    /** Of overloads, as on Lambda: the one with the most parameters, of which a context counts twice; a bridge only alone. */
    private int weight(Method method) {
        Class<?>[] types = method.getParameterTypes();
        if (method.isBridge()) {
            return -1;
        }
        return types.length + (types.length > 0 && types[types.length - 1] == context ? 1 : 0);
    }

    private static Handler.Result result(Type type) {
        return type == void.class || type == Void.class ? Handler.Result.NULL : Handler.Result.JSON;
    }

    private static Object create(Class<?> type) {
        try {
            Constructor<?> constructor = type.getConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            boolean inner = type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers());
            Exception error = new Exception("Class " + type.getName()
                + (inner ? " cannot be instantiated because it is a non-static inner class" : " has no public zero-argument constructor"));
            throw Fault.of(error.getMessage(), error, false);
        } catch (InvocationTargetException e) {
            throw Fault.of(Fault.messageOf(e.getCause()), e.getCause(), true);
        } catch (ReflectiveOperationException e) {
            throw Fault.of(Fault.messageOf(e), e, false);
        }
    }
}
