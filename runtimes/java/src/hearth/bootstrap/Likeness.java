package hearth.bootstrap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Objects of the function's own copies of AWS's interfaces, which the bootstrap is not compiled against: it works with
 * whichever version the function brings, and without any.
 */
final class Likeness {
    /** Answers a method by its name, with its arguments (null for none). */
    interface Answers {
        Object answer(Method method, Object[] arguments) throws Throwable;
    }

    private Likeness() {
    }

    static Object of(Class<?> type, Answers answers) {
        InvocationHandler handler = (self, method, arguments) -> switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> type.getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(self));
            default -> answers.answer(method, arguments);
        };
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
