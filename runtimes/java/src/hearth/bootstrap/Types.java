package hearth.bootstrap;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;

/** What Java's generic types say: {@code RequestHandler<List<Order>, Map<String, Box<T>>>}. */
final class Types {
    private Types() {
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof WildcardType wildcard) {
            return raw(wildcard.getUpperBounds()[0]);
        }
        return raw(((TypeVariable<?>) type).getBounds()[0]);
    }

    /** What a type makes of an ancestor's parameters; null where the ancestor is none, or is inherited without them. */
    static Type[] arguments(Type type, Class<?> ancestor) {
        Class<?> raw = raw(type);
        if (raw == ancestor) {
            return type instanceof ParameterizedType parameterized ? parameterized.getActualTypeArguments() : null;
        }
        if (!ancestor.isAssignableFrom(raw)) {
            return null;
        }
        Map<TypeVariable<?>, Type> bindings = bindings(type);
        for (Type parent : raw.getGenericInterfaces()) {
            Type[] found = arguments(resolve(parent, bindings), ancestor);
            if (found != null) {
                return found;
            }
        }
        Type parent = raw.getGenericSuperclass();
        return parent == null ? null : arguments(resolve(parent, bindings), ancestor);
    }

    /** What each variable of a type, and of the classes above it, stands for. */
    static Map<TypeVariable<?>, Type> bindings(Type type) {
        Map<TypeVariable<?>, Type> bindings = new HashMap<>();
        for (Type level = type; level != null; level = resolve(raw(level).getGenericSuperclass(), bindings)) {
            if (level instanceof ParameterizedType parameterized) {
                TypeVariable<?>[] variables = raw(level).getTypeParameters();
                for (int i = 0; i < variables.length; i++) {
                    bindings.put(variables[i], parameterized.getActualTypeArguments()[i]);
                }
            }
        }
        return bindings;
    }

    static Type resolve(Type type, Map<TypeVariable<?>, Type> bindings) {
        if (type instanceof TypeVariable<?> variable) {
            return bindings.getOrDefault(variable, variable);
        }
        if (type instanceof WildcardType wildcard) {
            return resolve(wildcard.getUpperBounds()[0], bindings);
        }
        if (type instanceof GenericArrayType array) {
            return new ArrayOf(resolve(array.getGenericComponentType(), bindings));
        }
        if (type instanceof ParameterizedType parameterized) {
            Type[] arguments = parameterized.getActualTypeArguments();
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = resolve(arguments[i], bindings);
            }
            return new Parameterized(parameterized.getRawType(), arguments);
        }
        return type;
    }

    private record ArrayOf(Type getGenericComponentType) implements GenericArrayType {
    }

    private record Parameterized(Type getRawType, Type[] getActualTypeArguments) implements ParameterizedType {
        @Override
        public Type getOwnerType() {
            return null;
        }
    }
}
