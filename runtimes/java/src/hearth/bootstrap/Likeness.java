package hearth.bootstrap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Objects of the function's own copies of AWS's interfaces, which the bootstrap is not compiled against: it works with
 * whichever version the function brings, and without any. Subclasses rather than lambdas, whose machinery costs a cold
 * start more than all of these together.
 */
abstract class Likeness implements InvocationHandler {
    /** Answers a method by its name, with its arguments (null for none). */
    abstract Object answer(Method method, Object[] arguments);

    final Object as(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this);
    }

    @Override
    public final Object invoke(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> method.getDeclaringClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(self));
            default -> answer(method, arguments);
        };
    }
}
