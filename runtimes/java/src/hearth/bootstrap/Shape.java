package hearth.bootstrap;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A class as JSON sees it, by the rules of beans: public getters and fields to read, setters and public fields to write.
 * AWS's event classes name many members otherwise than the events do (Records, eventSourceARN, detail-type) and some have
 * no setters: in those a name is found whatever its case, and private fields count.
 */
final class Shape {
    private static final Map<Class<?>, Shape> KNOWN = new ConcurrentHashMap<>();
    private static final String[] EVENT_PACKAGES = {
        "com.amazonaws.services.lambda.runtime.events.", "com.amazonaws.services.s3.event.", "com.amazonaws.services.dynamodbv2.model."};

    private final Map<String, Property> readable = new LinkedHashMap<>();
    private final Map<String, Property> writable = new LinkedHashMap<>();
    private final boolean event;

    private Shape(Class<?> type) {
        event = isEvent(type);
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                readable.put(component.getName(), new Property(component.getName(), component.getAccessor()));
            }
        }
        List<Field> fields = fields(type);
        for (Method method : type.getMethods()) {
            addGetter(method);
            addSetter(method);
        }
        for (Field field : fields) {
            addField(field);
        }
        order(fields);
    }

    static Shape of(Class<?> type) {
        Shape shape = KNOWN.get(type);
        if (shape == null) {
            shape = new Shape(type);
            KNOWN.put(type, shape);
        }
        return shape;
    }

    static boolean isEvent(Class<?> type) {
        for (String name : EVENT_PACKAGES) {
            if (type.getName().startsWith(name)) {
                return true;
            }
        }
        return false;
    }

    Collection<Property> readable() {
        return readable.values();
    }

    /** Null for a member that the class does not have: it is ignored. */
    Property writable(String name) {
        Property exact = writable.get(name);
        return exact == null && event ? writable.get(loose(name)) : exact;
    }

    private void addGetter(Method method) {
        if (method.getParameterCount() > 0 || Modifier.isStatic(method.getModifiers()) || method.isBridge()
            || method.getDeclaringClass() == Object.class || method.getReturnType() == void.class) {
            return;
        }
        String name = nameAfter(method, "get");
        if (name == null && (method.getReturnType() == boolean.class || event)) {
            name = nameAfter(method, "is");
        }
        if (name != null) {
            readable.putIfAbsent(name, new Property(name, method));
        }
    }

    private void addSetter(Method method) {
        String name = nameAfter(method, "set");
        if (name == null || method.getParameterCount() != 1 || Modifier.isStatic(method.getModifiers()) || method.isBridge()) {
            return;
        }
        // Of several setters, as AWS's events have for a name and its enum, the one for a string.
        Property known = writable.get(name);
        if (known == null || method.getParameterTypes()[0] == String.class) {
            addWritable(new Property(name, method));
        }
    }

    private void addField(Field field) {
        int modifiers = field.getModifiers();
        boolean visible = Modifier.isPublic(modifiers) && !Modifier.isTransient(modifiers);
        if (visible) {
            readable.putIfAbsent(field.getName(), new Property(field.getName(), field));
        }
        boolean taken = writable.containsKey(event ? loose(field.getName()) : field.getName());
        if (!taken && (event || visible && !Modifier.isFinal(modifiers))) {
            addWritable(new Property(field.getName(), field));
        }
    }

    private void addWritable(Property property) {
        writable.put(property.name(), property);
        if (event) {
            writable.put(loose(property.name()), property);
        }
    }

    /** Members in the order of their fields, those of superclasses first, and then the rest: methods have no order. */
    private void order(List<Field> fields) {
        Map<String, Property> found = new LinkedHashMap<>(readable);
        readable.clear();
        for (Field field : fields) {
            Property property = found.remove(field.getName());
            if (property != null) {
                readable.put(field.getName(), property);
            }
        }
        readable.putAll(new TreeMap<>(found));
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type; level != null && !level.getName().startsWith("java."); level = level.getSuperclass()) {
            List<Field> own = new ArrayList<>();
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    own.add(field);
                }
            }
            fields.addAll(0, own);
        }
        return Collections.unmodifiableList(fields);
    }

    /** {@code getName} is name, {@code getURL} is URL. */
    private static String nameAfter(Method method, String prefix) {
        String name = method.getName();
        if (!name.startsWith(prefix) || name.length() == prefix.length()) {
            return null;
        }
        String rest = name.substring(prefix.length());
        boolean abbreviation = rest.length() > 1 && Character.isUpperCase(rest.charAt(0)) && Character.isUpperCase(rest.charAt(1));
        return abbreviation ? rest : Character.toLowerCase(rest.charAt(0)) + rest.substring(1);
    }

    private static String loose(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
