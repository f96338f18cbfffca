package hearth.bootstrap;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Map;

/** Makes a bean or a record of a JSON object. */
final class Beans {
    private Beans() {
    }

    static Object bind(Map<?, ?> members, Type type, Class<?> raw) {
        Map<TypeVariable<?>, Type> bindings = Types.bindings(type);
        if (raw.isRecord()) {
            return record(members, raw, bindings);
        }
        if (raw.isPrimitive() || raw.isEnum() || raw.getName().startsWith("java.")) {
            throw Binder.misfit(members, raw);
        }
        Shape shape = Shape.of(raw);
        boolean event = Shape.isEvent(raw);
        Object bean = event ? createEvent(raw) : create(raw);
        for (Map.Entry<?, ?> member : members.entrySet()) {
            Property property = shape.writable((String) member.getKey());
            if (property != null) {
                property.write(bean, Binder.bind(member.getValue(), Types.resolve(property.type(), bindings), event));
            }
        }
        return bean;
    }

    static Object create(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            throw new JsonException("An object in the JSON cannot become a " + type.getName() + ", which is abstract");
        }
        try {
            return instance(type.getDeclaredConstructor());
        } catch (NoSuchMethodException e) {
            throw new JsonException("An object in the JSON cannot become a " + type.getName() + ", which has no constructor without parameters", e);
        }
    }

    /** Some of AWS's event classes have constructors with parameters alone; these are made as deserialisation makes them. */
    private static Object createEvent(Class<?> type) {
        try {
            type.getDeclaredConstructor();
            return create(type);
        } catch (NoSuchMethodException e) {
            return instance(EventConstructor.of(type));
        }
    }

    private static Object record(Map<?, ?> members, Class<?> type, Map<TypeVariable<?>, Type> bindings) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = Binder.bind(members.get(components[i].getName()), Types.resolve(components[i].getGenericType(), bindings));
        }
        try {
            return instance(type.getDeclaredConstructor(types), values);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e); // every record has its canonical constructor
        }
    }

    private static Object instance(Constructor<?> constructor, Object... arguments) {
        String name = constructor.getDeclaringClass().getName();
        try {
            if (!name.startsWith("java.")) {
                constructor.setAccessible(true);
            }
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new JsonException("A " + name + " cannot be made: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new JsonException("A " + name + " cannot be made: " + e.getMessage(), e);
        }
    }
}
