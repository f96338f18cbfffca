package hearth.bootstrap;

import java.lang.reflect.Constructor;

/** A constructor that runs none of the class's own code, as deserialisation makes objects. */
final class EventConstructor {
    private EventConstructor() {
    }

    static Constructor<?> of(Class<?> type) {
        try {
            // By name: the compiler has no way to accept this class without a warning.
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            Object instance = factory.getMethod("getReflectionFactory").invoke(null);
            return (Constructor<?>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(instance, type, Object.class.getDeclaredConstructor());
        } catch (ReflectiveOperationException e) {
            throw new JsonException("A " + type.getName() + " cannot be made: " + e, e);
        }
    }
}
