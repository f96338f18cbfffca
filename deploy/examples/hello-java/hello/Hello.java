package hello;

import java.util.Map;

/** The smallest useful function: no library, just a method that takes and gives what JSON can say. */
public class Hello {
    public Map<String, Object> greet(Map<String, String> event) {
        String name = event.getOrDefault("name", "world");
        System.out.println("greeting " + name);
        return Map.of(
            "message", "Hello, " + name + "!",
            "runtime", "Java " + Runtime.version(),
            "heapMib", Runtime.getRuntime().maxMemory() >> 20);
    }
}
