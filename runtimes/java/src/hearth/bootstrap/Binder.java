package hearth.bootstrap;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fits what JsonReader has read to the type that a handler asks for, as forgiving as Lambda's own runtime: strings for
 * numbers, one value for a list, an empty string for no object, unknown names.
 */
final class Binder {
    private Binder() {
    }

    static Object bind(Object value, Type type) {
        return bind(value, type, false);
    }

    /** @param inEvent whether this is a member of one of AWS's event classes, which count time in seconds */
    static Object bind(Object value, Type type, boolean inEvent) {
        Class<?> raw = Types.raw(type);
        if (value == null) {
            return raw.isPrimitive() ? Numbers.convert(0, raw) : raw == Optional.class ? Optional.empty() : null;
        }
        if (raw == Object.class || raw == Number.class && value instanceof Number) {
            return natural(value);
        }
        if (raw == Optional.class) {
            return Optional.ofNullable(bind(value, argument(type, Optional.class, 0), inEvent));
        }
        if (raw.isArray() && !(raw == byte[].class && value instanceof String)) {
            return array(value, type instanceof GenericArrayType array ? array.getGenericComponentType() : raw.componentType(), inEvent);
        }
        if (Iterable.class.isAssignableFrom(raw) && raw != java.nio.file.Path.class) {
            return collection(value, raw, argument(type, Iterable.class, 0), inEvent);
        }
        if (value instanceof List<?> list) {
            if (list.size() > 1) {
                throw misfit(value, raw);
            }
            return bind(list.isEmpty() ? null : list.get(0), type, inEvent);
        }
        if (!(value instanceof Map<?, ?> map)) {
            return ScalarBinder.bind(value, raw, inEvent);
        }
        return Map.class.isAssignableFrom(raw) ? map(map, raw, type, inEvent) : Beans.bind(map, type, raw);
    }

    static JsonException misfit(Object value, Class<?> type) {
        String what = value instanceof Map ? "An object" : value instanceof List ? "An array"
            : value instanceof String ? "The string '" + value + "'" : "The value " + value;
        return new JsonException(what + " in the JSON does not fit the type " + type.getName());
    }

    /** What a handler gets for Object: fractions are Double there. */
    @SuppressWarnings("unchecked")
    private static Object natural(Object value) {
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<String, Object> member : ((Map<String, Object>) map).entrySet()) {
                member.setValue(natural(member.getValue()));
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                ((List<Object>) list).set(i, natural(list.get(i)));
            }
        } else if (value instanceof BigDecimal number) {
            return number.doubleValue();
        }
        return value;
    }

    private static Type argument(Type type, Class<?> ancestor, int index) {
        Type[] arguments = Types.arguments(type, ancestor);
        return arguments == null ? Object.class : arguments[index];
    }

    private static Object array(Object value, Type element, boolean inEvent) {
        List<?> values = value instanceof List<?> list ? list : List.of(value);
        if (element == char.class && value instanceof String text) {
            return text.toCharArray();
        }
        Object array = Array.newInstance(Types.raw(element), values.size());
        for (int i = 0; i < values.size(); i++) {
            Array.set(array, i, bind(values.get(i), element, inEvent));
        }
        return array;
    }

    private static Object collection(Object value, Class<?> raw, Type element, boolean inEvent) {
        if ("".equals(value)) {
            return null;
        }
        List<?> values = value instanceof List<?> list ? list : List.of(value);
        if (raw.isAssignableFrom(ArrayList.class) && element == Object.class && value instanceof List) {
            return natural(value);
        }
        Collection<Object> collection = Containers.collection(raw, values.size());
        for (Object one : values) {
            collection.add(bind(one, element, inEvent));
        }
        return collection;
    }

    private static Object map(Map<?, ?> value, Class<?> raw, Type type, boolean inEvent) {
        Type keys = argument(type, Map.class, 0);
        Type values = argument(type, Map.class, 1);
        boolean plainKeys = keys == String.class || keys == Object.class;
        if (raw.isAssignableFrom(value.getClass()) && plainKeys && values == Object.class) {
            return natural(value);
        }
        Map<Object, Object> map = Containers.map(raw);
        for (Map.Entry<?, ?> entry : value.entrySet()) {
            map.put(bind(entry.getKey(), keys), bind(entry.getValue(), values, inEvent));
        }
        return map;
    }

    static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new JsonException("A string in the JSON is no base64: " + e.getMessage(), e);
        }
    }
}
