package hearth.bootstrap;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The function's class path: the task folder itself, its lib/*.jar, and the layers' /opt/java/lib/*.jar, jars by name.
 * The bootstrap's own classes are not in sight of it.
 */
final class TaskClasses extends URLClassLoader {
    private static final String API = "com.amazonaws.services.lambda.runtime.";

    TaskClasses(String task) throws MalformedURLException {
        super(urls(task), getPlatformClassLoader());
    }

    /** The function's own copy of a type of aws-lambda-java-core; null where it has none. */
    Class<?> api(String name) {
        try {
            return Class.forName(API + name, false, this);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static URL[] urls(String task) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        urls.add(new File(task).toURI().toURL()); // a folder's ends in a slash
        addJars(new File(task, "lib"), urls);
        addJars(new File("/opt/java/lib"), urls);
        return urls.toArray(new URL[0]);
    }

    private static void addJars(File folder, List<URL> urls) throws MalformedURLException {
        String[] names = folder.list();
        if (names == null) {
            return;
        }
        Arrays.sort(names);
        for (String name : names) {
            if (name.endsWith(".jar")) {
                urls.add(new File(folder, name).toURI().toURL());
            }
        }
    }
}
