package hearth.bootstrap;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Type;

/**
 * One member of a bean's JSON.
 * @param accessor a getter or a field to read it by; a setter or a field to write it by
 */
record Property(String name, Member accessor) {
    Property {
        Member member = accessor;
        // A public method of a class that is not public is otherwise out of reach. Java's own classes need it not.
        if (!member.getDeclaringClass().getName().startsWith("java.")) {
            ((AccessibleObject) member).setAccessible(true);
        }
    }

    /** The type it is written with. */
    Type type() {
        return accessor instanceof Field field ? field.getGenericType() : ((Method) accessor).getGenericParameterTypes()[0];
    }

    Object read(Object bean) {
        try {
            return accessor instanceof Field field ? field.get(bean) : ((Method) accessor).invoke(bean);
        } catch (InvocationTargetException e) {
            throw new JsonException("Property '" + name + "' cannot be read: " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new JsonException("Property '" + name + "' cannot be read: " + e.getMessage(), e);
        }
    }

    void write(Object bean, Object value) {
        try {
            if (accessor instanceof Field field) {
                field.set(bean, value);
            } else {
                ((Method) accessor).invoke(bean, value);
            }
        } catch (InvocationTargetException e) {
            throw new JsonException("Property '" + name + "' cannot be set: " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new JsonException("Property '" + name + "' cannot be set: " + e.getMessage(), e);
        }
    }
}
