package hearth.bootstrap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;

/** The collection that stands for an interface, or the very class where it is one. */
final class Containers {
    private Containers() {
    }

    @SuppressWarnings("unchecked")
    static Collection<Object> collection(Class<?> type, int size) {
        if (type.isAssignableFrom(ArrayList.class)) {
            return new ArrayList<>(size);
        }
        if (type.isAssignableFrom(LinkedHashSet.class)) {
            return new LinkedHashSet<>();
        }
        if (type.isAssignableFrom(TreeSet.class)) {
            return new TreeSet<>();
        }
        if (type.isAssignableFrom(ArrayDeque.class)) {
            return new ArrayDeque<>();
        }
        if (type.isAssignableFrom(LinkedBlockingDeque.class)) {
            return new LinkedBlockingDeque<>();
        }
        return (Collection<Object>) Beans.create(type);
    }

    @SuppressWarnings("unchecked")
    static Map<Object, Object> map(Class<?> type) {
        if (type.isAssignableFrom(LinkedHashMap.class)) {
            return new LinkedHashMap<>();
        }
        if (type.isAssignableFrom(TreeMap.class)) {
            return new TreeMap<>();
        }
        return type.isAssignableFrom(ConcurrentHashMap.class) ? new ConcurrentHashMap<>() : (Map<Object, Object>) Beans.create(type);
    }
}
