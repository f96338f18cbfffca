package hearth.bootstrap;

import java.lang.reflect.Array;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Java values to JSON by the rules of Lambda's own runtime: beans by their getters, and members without a value left
 * out. (They are left out there too, of maps as well: aws-lambda-java-libs, issue 281.)
 */
final class JsonWriter {
    private static final int DEEPEST = 1000;

    private final StringBuilder text = new StringBuilder();
    private int depth;

    static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value);
        return writer.text.toString();
    }

    private void value(Object value) {
        if (value == null) {
            text.append("null");
        } else if (value instanceof String string) {
            string(string);
        } else if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            text.append(value);
        } else if (value instanceof Number number) {
            number(number);
        } else {
            if (++depth > DEEPEST) {
                throw new JsonException("The result is nested deeper than " + DEEPEST + ", or contains itself");
            }
            composite(value);
            depth--;
        }
    }

    private void number(Number number) {
        boolean finite = !(number instanceof Double || number instanceof Float) || Double.isFinite(number.doubleValue());
        if (finite) {
            text.append(number);
        } else {
            string(number.toString());
        }
    }

    private void composite(Object value) {
        if (value instanceof Map<?, ?> map) {
            object(map);
        } else if (value instanceof Iterable<?> iterable && !(value instanceof java.nio.file.Path)) {
            array(iterable.iterator());
        } else if (value instanceof Iterator<?> iterator) {
            array(iterator);
        } else if (value instanceof Optional<?> optional) {
            value(optional.orElse(null));
        } else if (value.getClass().isArray()) {
            array(value);
        } else {
            Object scalar = Scalars.plain(value);
            if (scalar == null) {
                bean(value);
            } else if (scalar instanceof StringBuilder literal) {
                text.append(literal);
            } else {
                value(scalar);
            }
        }
    }

    private void object(Map<?, ?> map) {
        boolean first = true;
        text.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getKey() == null) {
                throw new JsonException("A map has a null key, for which JSON has no name");
            }
            if (entry.getValue() != null) {
                first = member(first, Scalars.key(entry.getKey()), entry.getValue());
            }
        }
        text.append('}');
    }

    private void bean(Object bean) {
        boolean first = true;
        text.append('{');
        for (Property property : Shape.of(bean.getClass()).readable()) {
            Object value = property.read(bean);
            if (value != null) {
                first = member(first, property.name(), value);
            }
        }
        text.append('}');
    }

    private boolean member(boolean first, String name, Object value) {
        if (!first) {
            text.append(',');
        }
        string(name);
        text.append(':');
        value(value);
        return false;
    }

    private void array(Iterator<?> elements) {
        text.append('[');
        while (elements.hasNext()) {
            value(elements.next());
            if (elements.hasNext()) {
                text.append(',');
            }
        }
        text.append(']');
    }

    private void array(Object array) {
        if (array instanceof byte[] bytes) {
            string(Base64.getEncoder().encodeToString(bytes));
        } else if (array instanceof char[] characters) {
            string(new String(characters));
        } else {
            text.append('[');
            for (int i = 0; i < Array.getLength(array); i++) {
                if (i > 0) {
                    text.append(',');
                }
                value(Array.get(array, i));
            }
            text.append(']');
        }
    }

    private void string(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append(c < 16 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
