package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class Failures implements RequestHandler<Map<String, Object>, Object> {
    public static class Mine extends Exception {
        private static final long serialVersionUID = 1;

        public Mine(String message, Throwable cause) { super(message, cause); }
    }

    @Override
    public Object handleRequest(Map<String, Object> event, Context context) {
        throw new IllegalStateException("bad é");
    }

    public static void checked() throws Mine { throw new Mine("outer", new RuntimeException("inner")); }
    public static void silent() { throw new IllegalArgumentException(); }
    public static Object cyclic() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        return list;
    }
    public static Object unreadable() { return new Unreadable(); }
    public static int deep() { return deep() + 1; }
    public static void exit() {
        System.out.print("last");
        System.exit(3);
    }

    public static class Unreadable {
        public int getX() { throw new IllegalStateException("no x"); }
    }

    public static class InConstructor {
        public InConstructor() { throw new IllegalStateException("early"); }
        public int handle() { return 1; }
    }

    public static class InStatic {
        static final int X = Integer.parseInt("x");
        public static int handle() { return X; }
    }

    public static class Hidden {
        private Hidden() { }
        public int handle() { return 1; }
    }

    public class Inner {
        public int handle() { return 1; }
    }

    @SuppressWarnings("rawtypes")
    public static class Plain implements RequestHandler {
        @Override
        public Object handleRequest(Object event, Context context) { return event; }
    }

    public static class Raw<T> implements RequestHandler<T, Object> {
        @Override
        public Object handleRequest(T event, Context context) { return event; }
    }
}
